import { MAX_RECEIVES, type QueueWorker, visibilitySecondsOf } from '../../shared/functions.ts';
import { type Letter, Letters, type LetterSource } from './dead-letters.ts';
import { SeededRandom } from './random.ts';
import { PAGE_TIMEOUT, type Stage } from './instance.ts';
import { Traffic } from './traffic.ts';

export interface QueuedMessage {
  /** It and the moment of the first sending stay the same when a message is set aside (SQS, "Dead-letter queues"). */
  readonly id: string;
  readonly sentAt: number;
  readonly body: string;
  /** Message attributes; only EventBridge's dead letters have any. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Epoch ms from which a consumer may receive it. */
  visibleAt: number;
  receives: number;
  /** The receive that may delete it; each receive has its own. */
  receipt: number;
}

export interface BatchEntry {
  readonly Id: string;
  readonly MessageBody: string;
  readonly DelaySeconds?: number;
}

/** Takes messages out of a queue that were received too often there. */
interface SetAside {
  readonly maxReceives: number;
  readonly take: (message: QueuedMessage) => void;
}

/** A standard queue: at least once, in no order. */
export class Queue {
  readonly name: QueueWorker;
  /** Every body ever sent, for sending again what was long handled. */
  readonly history: string[] = [];
  readonly traffic: Traffic;
  /** Called when messages may have become visible. */
  onVisible: () => void = () => undefined;
  readonly #stage: Stage;
  readonly #visibilityMs: number;
  readonly #ids: SeededRandom;
  /** Null: of the dead letters themselves, which stay until they are deleted. */
  readonly #setAside: SetAside | null;
  #messages: QueuedMessage[] = [];
  #receipts = 0;

  constructor(stage: Stage, name: QueueWorker, traffic: Traffic, setAside: SetAside | null) {
    this.#stage = stage;
    this.#visibilityMs = visibilitySecondsOf(name, PAGE_TIMEOUT) * 1_000;
    this.traffic = traffic;
    this.name = name;
    this.#setAside = setAside;
    this.#ids = new SeededRandom(stage.seed, `queue ${name}`);
  }

  get url(): string {
    return `https://sqs.simulated/1/${this.name}`;
  }

  /** Messages that are not yet deleted, visible or not. */
  get size(): number {
    return this.#messages.length;
  }

  /** Bodies of these. */
  bodies(): readonly string[] {
    return this.#messages.map(({ body }) => body);
  }

  /** SendMessageBatch. */
  sendBatch(from: string, entries: readonly BatchEntry[]): object {
    const successful: object[] = [];
    const failed: object[] = [];
    for (const { Id, MessageBody, DelaySeconds = 0 } of entries) {
      if (this.#stage.adversary.strikes('refused_entries')) {
        this.#stage.trace.add(`${this.name} refuses ${MessageBody} of ${from}`);
        this.traffic.refuse(from);
        failed.push({ Id, SenderFault: false, Code: 'InternalError', Message: 'simulated' });
        continue;
      }
      this.send(from, MessageBody, DelaySeconds * 1_000);
      successful.push({ Id, MessageId: `m${this.history.length}` });
    }
    return { Successful: successful, Failed: failed };
  }

  send(from: string, body: string, delayMs: number): void {
    const { adversary, timeline, trace } = this.#stage;
    const late = adversary.strikes('delay_message') ? adversary.amount(1_000, 1_800_000) : 0;
    trace.add(
      `${from} → ${this.name}: ${body}${delayMs + late > 0 ? ` in ${Math.round((delayMs + late) / 1_000)} s` : ''}`,
    );
    this.history.push(body);
    this.traffic.sent.push({ from, body });
    if (adversary.strikes('lost_message')) return;
    const id = this.#ids.uuid();
    this.take({ id, body, attributes: {}, sentAt: timeline.now(), visibleAt: timeline.now() + delayMs + late });
  }

  /** Takes a message as it is, its id and all. */
  take(message: Omit<QueuedMessage, 'receives' | 'receipt'>): void {
    this.#add({ ...message, receives: 0, receipt: 0 });
  }

  /** Up to `max` visible messages, each counted and hidden. */
  receive(max: number): readonly QueuedMessage[] {
    const { adversary, timeline } = this.#stage;
    const now = timeline.now();
    const visible = this.#messages.filter(({ visibleAt }) => visibleAt <= now);
    const batch: QueuedMessage[] = [];
    const wanted = adversary.strikes('reorder') ? adversary.int(1, max) : max;
    while (batch.length < wanted && visible.length > 0) {
      const at = adversary.strikes('reorder') ? adversary.int(0, visible.length - 1) : 0;
      const [message] = visible.splice(at, 1);
      if (message === undefined) break;
      if (!this.#take(message)) continue;
      if (this.#setAside !== null) this.traffic.hand(message.id);
      batch.push({ ...message });
    }
    return batch;
  }

  delete({ id, receipt }: QueuedMessage): void {
    const { adversary } = this.#stage;
    const stored = this.#messages.find((message) => message.id === id && message.receipt === receipt);
    if (stored === undefined) return;
    if (adversary.strikes('duplicate_after_deletion')) return this.#show(stored, adversary.amount(10, 600_000));
    this.#messages = this.#messages.filter((message) => message !== stored);
  }

  /** Counts the receive and hides the message; false where no consumer sees it. */
  #take(message: QueuedMessage): boolean {
    const { adversary, trace } = this.#stage;
    message.receives += 1;
    message.receipt = this.#receipts += 1;
    if (this.#setAside !== null && message.receives > this.#setAside.maxReceives) {
      this.#messages = this.#messages.filter((other) => other !== message);
      this.#stage.coverage.hit('set aside as dead letter');
      trace.add(`${this.name} sets aside ${message.body}`);
      this.#setAside.take(message);
      return false;
    }
    if (adversary.strikes('duplicate_now')) this.#copy(message, adversary.amount(1, 2_000));
    if (adversary.strikes('duplicate_later')) this.#copy(message, adversary.amount(60_000, 21_600_000));
    const isEarly = adversary.strikes('early_visibility');
    this.#show(message, isEarly ? adversary.amount(50, 60_000) : this.#visibilityMs);
    return !adversary.strikes('lost_receive');
  }

  /** The same message from another of the queue's servers, which may not know how often it was received. */
  #copy(message: QueuedMessage, inMs: number): void {
    const { adversary, timeline } = this.#stage;
    const receives = adversary.int(0, 1) === 0 ? 0 : message.receives;
    this.#add({ ...message, receives, receipt: 0, visibleAt: timeline.now() + inMs });
  }

  #show(message: QueuedMessage, inMs: number): void {
    message.visibleAt = this.#stage.timeline.now() + inMs;
    this.#stage.timeline.after(inMs, () => this.onVisible());
  }

  #add(message: QueuedMessage): void {
    this.#messages.push(message);
    this.#stage.timeline.after(message.visibleAt - this.#stage.timeline.now(), () => this.onVisible());
  }
}

/** The queues of a stage: four for work, and that of their dead letters. */
export class Queues {
  readonly traffic: Traffic = new Traffic();
  readonly letters: Letters = new Letters();
  readonly control: Queue;
  readonly page: Queue;
  readonly callback: Queue;
  readonly intake: Queue;
  readonly deadLetters: Queue;
  readonly #stage: Stage;

  constructor(stage: Stage, maxReceives = MAX_RECEIVES) {
    this.#stage = stage;
    const open = (name: Exclude<QueueWorker, 'dead-letters'>): Queue => {
      const take = (message: QueuedMessage): void => this.endDeadLetter({ ...message, from: name });
      return new Queue(stage, name, this.traffic, { maxReceives, take });
    };
    this.control = open('control');
    this.page = open('page');
    this.callback = open('callback');
    this.intake = open('intake');
    this.deadLetters = new Queue(stage, 'dead-letters', this.traffic, null);
  }

  all(): readonly Queue[] {
    return [this.control, this.page, this.callback, this.intake, this.deadLetters];
  }

  byUrl(url: string): Queue {
    const queue = this.all().find((one) => one.url === url);
    if (queue === undefined) throw new Error(`There is no queue ${url}.`);
    return queue;
  }

  /** Puts a message into the dead-letter queue, at once visible. */
  endDeadLetter(
    letter: Pick<QueuedMessage, 'id' | 'body' | 'attributes' | 'sentAt'> & { readonly from: LetterSource },
  ): void {
    const { id, body, attributes, sentAt, from } = letter;
    this.letters.note({ id, body, attributes, from });
    this.deadLetters.take({ id, body, attributes, sentAt, visibleAt: this.#stage.timeline.now() });
  }

  /** Puts a dead letter into its source's queue again: a new message with the same body (SQS, "Redriving messages"). */
  redrive({ from, body }: Letter): void {
    this[from === 'scheduler' ? 'control' : from].send('redrive', body, 0);
  }
}
