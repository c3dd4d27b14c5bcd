import { ATTEMPT_MS, QUICK_ATTEMPT_MS } from '../../domain/timing.ts';
import { type CallbackRecord, NOT_ATTEMPTED } from '../../domain/callback.ts';
import type { DerivedUid } from '../../domain/ids.ts';
import { blockOf } from '../../domain/input.ts';
import { CALLBACK_LIFE_MS } from '../../domain/retry.ts';
import type { RunCallback, RunDefinition } from '../../domain/run.ts';
import type { CallbackMessage, Receipt } from '../messages.ts';
import type { CorePorts, Ports } from '../ports.ts';
import { createShare, type Share } from '../share.ts';
import { createHosts, type Hosts } from './hosts.ts';

/** The ports of delivering a callback. */
export type DeliveryPorts = Pick<
  CorePorts,
  | 'clock'
  | 'random'
  | 'log'
  | 'runs'
  | 'progress'
  | 'callbacks'
  | 'notifications'
  | 'receivers'
  | 'due'
  | 'messages'
  | 'settings'
> &
  Pick<Ports, 'sender' | 'secrets' | 'callbackPolicy'> & {
    readonly senders: Share;
    readonly hosts: Hosts;
  };

type RecordedResults = NonNullable<Awaited<ReturnType<CorePorts['progress']['readPage']>>>;

/** Where callbacks are sent: to that of their run, or to that of their workspace's notifications. */
export interface DeliveryTarget {
  readonly workspaceUid: string;
  readonly callback: Pick<RunCallback, 'url' | 'sealedHeaders'> & {
    /** The uid that the headers are sealed under. */
    readonly sealedFor: string;
  };
  /** Epoch seconds. */
  readonly expiresAt: number;
}

/** Where a run's callbacks are sent; null: it has none. */
export function targetOf({ uid, workspaceUid, callback, expiresAt }: RunDefinition): DeliveryTarget | null {
  if (callback === null) return null;
  return { workspaceUid, callback: { ...callback, sealedFor: callback.sealedFor ?? uid }, expiresAt };
}

/** One attempt at one callback: its message and what was read for it. */
export interface DeliveryInHand {
  readonly message: CallbackMessage;
  readonly receipt: Receipt;
  /** The callback's record; null: a page callback that has none (yet). */
  readonly record: CallbackRecord | null;
  /** The parts of the callback's id. */
  readonly about: DerivedUid;
  readonly target: DeliveryTarget;
  /** Its run; null: it is a notification. */
  readonly definition: RunDefinition | null;
  /** The page of the callback, if it was read together with the rest; null: not read, or not there. */
  readonly page: RecordedResults | null;
  /** When the worker began with the message (epoch ms). */
  readonly takenAt: number;
}

/** Limits of this worker, one of `workers`: posts at once to one host, and a workspace's share of the workers. */
export function createPacing(
  ports: Pick<CorePorts, 'clock' | 'random' | 'log' | 'seats'>,
  workers: number,
): Pick<DeliveryPorts, 'senders' | 'hosts'> {
  const senders = createShare(ports, {
    pool: 'callback',
    workers,
    patienceMs: QUICK_ATTEMPT_MS,
    longestMs: ATTEMPT_MS,
  });
  return { senders, hosts: createHosts(ports.clock) };
}

/** Whether the log has the callback's delivery. The log decides, whatever the record says. */
export async function wasDelivered(
  ports: Pick<DeliveryPorts, 'callbacks'>,
  { about, record }: Pick<DeliveryInHand, 'about' | 'record'>,
): Promise<boolean> {
  if (about.kind !== 'page' || (record !== null && record.parentUid !== null)) return false;
  const log = await ports.callbacks.readDeliveries(about.runUid, blockOf(about.input));
  return log.some(({ input, page, part }) => input === about.input && page === about.page && part === about.part);
}

/** A new record for a page's callback that has none yet. */
export function newRecord(
  { message, about, target }: Pick<DeliveryInHand, 'message' | 'about' | 'target'>,
  now: number,
): CallbackRecord {
  return {
    uid: message.uid,
    refUid: message.uid,
    parentUid: null,
    type: 'run.page',
    runUid: about.runUid,
    workspaceUid: target.workspaceUid,
    url: null,
    input: about.input,
    page: about.page,
    part: about.part,
    ...NOT_ATTEMPTED,
    createdAt: now,
    payload: null,
    expiresAt: target.expiresAt,
  };
}

/** When a callback that waits for its receiver is tried a last time (epoch ms). */
export function giveUpAt({ createdAt }: Pick<CallbackRecord, 'createdAt'>): number {
  return Math.round(createdAt + CALLBACK_LIFE_MS);
}

/** Whether an attempt that is due is the callback's last, because it has waited for its receiver all its time. */
export function isLastChance(record: CallbackRecord | null, now: number): boolean {
  return record !== null && record.heldSince !== null && now >= giveUpAt(record);
}
