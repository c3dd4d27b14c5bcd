import type { Message } from '../../shared/engine/messages.ts';
import { decodeMessage } from '../../shared/aws/messages.ts';
import { shortHash } from '../../shared/domain/ids.ts';
import { asOld } from './rollout.ts';

/** A message that a queue took. */
export interface Sent {
  /** Which process sent it, such as `page-3`. */
  readonly from: string;
  readonly body: string;
}

/** What really went through the queues of a history. */
export class Traffic {
  readonly sent: Sent[] = [];
  readonly #handed = new Map<string, number>();
  readonly #refused = new Map<string, number>();

  /** A consumer was given a message. */
  hand(messageId: string): void {
    const by = shortHash(messageId);
    this.#handed.set(by, (this.#handed.get(by) ?? 0) + 1);
  }

  /** How often consumers were given the message that signs what it writes so. */
  timesHanded(by: string): number {
    return this.#handed.get(by) ?? 0;
  }

  /** A queue did not take an entry of this process. */
  refuse(from: string): void {
    this.#refused.set(from, this.timesRefused(from) + 1);
  }

  timesRefused(from: string): number {
    return this.#refused.get(from) ?? 0;
  }

  /** Messages that processes of such a name sent, or that were sent again at the end, read. */
  messagesOf(sender: 'page' | 'callback' | 'sweep' | 'redrive'): readonly Message[] {
    return this.#read(({ from }) => from.split('-')[0] === sender);
  }

  /** All messages, read. */
  messages(): readonly Message[] {
    return this.#read(() => true);
  }

  #read(isWanted: (sent: Sent) => boolean): readonly Message[] {
    return this.sent.filter(isWanted).map(({ body }) => decodeMessage(asOld(body)));
  }
}
