import type { Receiver } from '../../domain/receiver.ts';

/** Receivers that fail, and the callbacks that wait until they are back. */
export interface ReceiverStore {
  /** `recent`: at most some seconds old, from memory if possible. Null: the receiver has not failed recently. */
  readReceiver(uid: string, howNew: 'strong' | 'recent'): Promise<Receiver | null>;
  /** Counts one more failed attempt, for a host also its path that gave no answer; returns the record afterwards. */
  countFailure(uid: string, now: number, silentPath?: string): Promise<Receiver>;
  /** Makes sure that a host has a record, without counting anything: it shows that one of its paths has one. */
  keepHost(uid: string, now: number): Promise<void>;
  /**
   * Marks a failing receiver as away, unless it is already. No effect where it has answered and failed anew since
   * `failingSince`.
   */
  setAway(
    uid: string,
    change: Pick<Receiver, 'failingSince' | 'probeAt'> & { readonly awaySince: number },
  ): Promise<void>;
  /** Claims the probe that is due since `probeAt`; the next is due at `nextAt`. False: another has it. */
  takeProbe(uid: string, probeAt: number, nextAt: number): Promise<boolean>;
  /** Deletes a receiver's record, because the receiver answers. */
  forgetReceiver(uid: string): Promise<void>;
  /** Resets a host's counts, because one of its paths answers. Other paths may still be away. */
  clearHost(uid: string): Promise<void>;
  /** Lists a callback as waiting for the receiver. Idempotent: a second call with the same callback has no effect. */
  putHeld(uid: string, held: HeldCallback, expiresAt: number): Promise<void>;
  /** The waiting callbacks that have been due longest, strongly read. */
  listHeld(uid: string, limit: number): Promise<readonly HeldCallback[]>;
  deleteHeld(uid: string, held: HeldCallback): Promise<void>;
}

/** A callback that waits for its receiver. */
export interface HeldCallback {
  /** The uid of its record. */
  readonly uid: string;
  /** The attempt that waits. */
  readonly attempt: number;
  /** From when on it may be sent as a probe while the receiver is away (epoch ms). */
  readonly dueAt: number;
  /** When it stops waiting and is tried a last time (epoch ms). */
  readonly giveUpAt: number;
  /** When it began to wait (epoch ms). A callback that waits again is a new entry. */
  readonly heldAt: number;
}
