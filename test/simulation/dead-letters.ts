import type { Message } from '../../shared/engine/messages.ts';
import { decodeMessage } from '../../shared/aws/messages.ts';
import { shortHash } from '../../shared/domain/ids.ts';
import type { PageRecord } from '../../shared/domain/page.ts';
import type { RunControl } from '../../shared/domain/run.ts';
import { asOld } from './rollout.ts';

/**
 * Where a dead letter comes from: the queue it was received too often in, or EventBridge, which could not deliver it.
 */
export type LetterSource = 'control' | 'page' | 'callback' | 'intake' | 'scheduler';

/** A message that became a dead letter. */
export interface Letter {
  readonly id: string;
  /** The `by` that records written for this message have. */
  readonly by: string;
  readonly from: LetterSource;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly message: Message;
}

/** All dead letters of a history. Only what they are about may be failed by the function dead-letters. */
export class Letters {
  readonly all: Letter[] = [];
  /** Called for each new dead letter. */
  onNew: (letter: Letter) => void = () => undefined;

  note({ id, from, body, attributes }: Pick<Letter, 'id' | 'from' | 'body' | 'attributes'>): void {
    const message = decodeMessage(asOld(body));
    const letter = { id, by: shortHash(id), from, body, attributes, message };
    this.all.push(letter);
    this.onNew(letter);
  }

  /** Whether a dead letter was about this page, and the page record has its `by`. */
  hasPage({ runUid, input, page, epoch, by }: PageRecord): boolean {
    return this.all.some(({ by: signs, message }) => {
      if (message.kind !== 'page' || signs !== by) return false;
      return message.runUid === runUid && message.input === input && message.page === page && message.epoch === epoch;
    });
  }

  /** Whether a dead letter was to have this run's upload read in its current epoch. */
  hasIntake({ uid, epoch }: Pick<RunControl, 'uid' | 'epoch'>): boolean {
    return this.all.some(
      ({ message }) => message.kind === 'intake' && message.runUid === uid && message.epoch === epoch,
    );
  }

  /** Whether a dead letter was about this attempt of a callback, and the record has its `by`. */
  hasCallback(uid: string, attempt: number, by: string): boolean {
    return this.all.some(({ by: signs, message }) => {
      return message.kind === 'callback' && signs === by && message.uid === uid && message.attempt <= attempt;
    });
  }

  /** Whether a message of this fire was received too often and became a dead letter. */
  hasTime(scheduleUid: string, nominalAt: number): boolean {
    return this.all.some(({ from, message }) => {
      if (message.kind !== 'fire' || from === 'scheduler') return false;
      return message.scheduleUid === scheduleUid && message.nominalAt === nominalAt;
    });
  }
}
