import type { Message } from '../../shared/engine/messages.ts';
import { decodeMessage } from '../../shared/aws/messages.ts';
import { shortHash } from '../../shared/domain/ids.ts';
import type { PageRecord } from '../../shared/domain/page.ts';
import type { RunControl } from '../../shared/domain/run.ts';
import { asOld } from './rollout.ts';

/** Where a dead letter comes from: the queue it was received too often in, or EventBridge, which could not deliver it. */
export type LetterSource = 'control' | 'page' | 'callback' | 'intake' | 'scheduler';

/** A message that truly died. */
export interface Letter {
  readonly id: string;
  /** What would sign that it was seen to. */
  readonly by: string;
  readonly from: LetterSource;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly message: Message;
}

/** Everything that ever came into the dead-letter queue: all that may be ended for want of an end. */
export class Letters {
  readonly all: Letter[] = [];
  /** Told of each as it comes in. */
  onNew: (letter: Letter) => void = () => undefined;

  note({ id, from, body, attributes }: Pick<Letter, 'id' | 'from' | 'body' | 'attributes'>): void {
    const message = decodeMessage(asOld(body));
    const letter = { id, by: shortHash(id), from, body, attributes, message };
    this.all.push(letter);
    this.onNew(letter);
  }

  /** Whether a message for just this page died, and signed its slot. */
  hasPage({ runUid, input, page, epoch, by }: PageRecord): boolean {
    return this.all.some(({ by: signs, message }) => {
      if (message.kind !== 'page' || signs !== by) return false;
      return message.runUid === runUid && message.input === input && message.page === page && message.epoch === epoch;
    });
  }

  /** Whether a message died that was to start this run under the epoch it has. */
  hasStart({ uid, epoch }: Pick<RunControl, 'uid' | 'epoch'>): boolean {
    return this.all.some(
      ({ message }) => message.kind === 'dispatch' && message.runUid === uid && message.epoch === epoch,
    );
  }

  /** Whether a message for this attempt of a callback died, and signed its record. */
  hasCallback(uid: string, attempt: number, by: string): boolean {
    return this.all.some(({ by: signs, message }) => {
      return message.kind === 'callback' && signs === by && message.uid === uid && message.attempt <= attempt;
    });
  }

  /** Whether a time of a schedule was taken up again and again, and came to no end. */
  hasTime(scheduleUid: string, nominalAt: number): boolean {
    return this.all.some(({ from, message }) => {
      if (message.kind !== 'fire' || from === 'scheduler') return false;
      return message.scheduleUid === scheduleUid && message.nominalAt === nominalAt;
    });
  }
}
