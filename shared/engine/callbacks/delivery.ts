import { ATTEMPT_MS, QUICK_ATTEMPT_MS } from '../../domain/timing.ts';
import type { CallbackRecord } from '../../domain/callback.ts';
import type { DerivedUid } from '../../domain/ids.ts';
import { blockOf } from '../../domain/input.ts';
import { CALLBACK_LIFE_MS } from '../../domain/retry.ts';
import type { RunDefinition } from '../../domain/run.ts';
import type { CallbackMessage, Receipt } from '../messages.ts';
import type { CorePorts, Ports } from '../ports.ts';
import { createShare, type Share } from '../share.ts';
import { createHosts, type Hosts } from './hosts.ts';

/** What delivering takes. */
export type DeliveryPorts = Pick<
  CorePorts,
  'clock' | 'random' | 'log' | 'runs' | 'progress' | 'callbacks' | 'receivers' | 'due' | 'messages'
> &
  Pick<Ports, 'sender' | 'secrets'> & {
    readonly senders: Share;
    readonly hosts: Hosts;
  };

type RecordedResults = NonNullable<Awaited<ReturnType<CorePorts['progress']['readPage']>>>;

/** One attempt of one callback, as a message brought it. */
export interface DeliveryInHand {
  readonly message: CallbackMessage;
  readonly receipt: Receipt;
  /** Null: a page callback that has none (yet). */
  readonly record: CallbackRecord | null;
  /** What the callback's id names. */
  readonly about: DerivedUid;
  readonly definition: RunDefinition;
  /** The page it tells of, where it was read beside the rest; null: it was not, or is not there. */
  readonly page: RecordedResults | null;
  /** When its worker took it up (epoch ms). */
  readonly takenAt: number;
}

/** What keeps this worker, one of so many, from overrunning a host, and a workspace from holding more than its share. */
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

/** Success absorbs: whatever the record says, a delivery in the log is a delivery. */
export async function wasDelivered(
  ports: Pick<DeliveryPorts, 'callbacks'>,
  { about, record }: Pick<DeliveryInHand, 'about' | 'record'>,
): Promise<boolean> {
  if (about.kind !== 'page' || (record !== null && record.parentUid !== null)) return false;
  const log = await ports.callbacks.readDeliveries(about.runUid, blockOf(about.input));
  return log.some(({ input, page, part }) => input === about.input && page === about.page && part === about.part);
}

/** The record of a page's callback that has none yet. */
export function newRecord(
  { message, about, definition }: Pick<DeliveryInHand, 'message' | 'about' | 'definition'>,
  now: number,
): CallbackRecord {
  return {
    uid: message.uid,
    refUid: message.uid,
    parentUid: null,
    type: 'run.page',
    runUid: about.runUid,
    workspaceUid: definition.workspaceUid,
    input: about.input,
    page: about.page,
    part: about.part,
    status: 'PENDING',
    retryCount: 0,
    by: '',
    httpStatus: null,
    httpResponse: null,
    error: null,
    nextAttemptAt: null,
    heldSince: null,
    deferredAt: null,
    createdAt: now,
    deliveredAt: null,
    payload: null,
    expiresAt: definition.expiresAt,
  };
}

/** When a callback that is held for its receiver is tried a last time (epoch ms). */
export function giveUpAt({ createdAt }: Pick<CallbackRecord, 'createdAt'>): number {
  return Math.round(createdAt + CALLBACK_LIFE_MS);
}

/** Whether an attempt that is due is the last a callback has, for it has waited for its receiver all its time. */
export function isLastChance(record: CallbackRecord | null, now: number): boolean {
  return record !== null && record.heldSince !== null && now >= giveUpAt(record);
}
