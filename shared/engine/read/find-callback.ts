import type { CallbackAttempt, CallbackRecord } from '../../domain/callback.ts';
import { attemptsOf } from '../../domain/callback-attempt.ts';
import { EngineError } from '../../domain/errors.ts';
import { type DerivedUid, isNotification, readUid, type UidKind } from '../../domain/ids.ts';
import { blockOf } from '../../domain/input.ts';
import { absorbDelivery, callbackUidsOf, type LoggedDelivery, unstoredRecord } from '../../domain/page-callback.ts';
import { findRun } from './find-run.ts';
import { type CallbackRow, callbackRow } from './list-run-callbacks.ts';
import type { ReadPorts, Run } from './read-ports.ts';

/**
 * A workspace's callback by its uid, which says where it is stored. Throws NOT_FOUND, with one message for every cause.
 */
export async function findCallback(ports: ReadPorts, workspaceUid: string, uid: string): Promise<CallbackRow> {
  const { run, record, logged } = await find(ports, workspaceUid, uid);
  return callbackRow(ports, run, absorbDelivery(record, logged[0] ?? null));
}

/** All attempts at a workspace's callback, in their order. Throws NOT_FOUND as {@link findCallback} does. */
export async function findAttempts(
  ports: ReadPorts,
  workspaceUid: string,
  uid: string,
): Promise<readonly CallbackAttempt[]> {
  const { record, logged } = await find(ports, workspaceUid, uid);
  return attemptsOf(record, logged);
}

/** A callback's record as it is stored, or made from its page record, with its deliveries in the log. */
interface FoundCallback {
  /** Null: it is a notification. */
  readonly run: Run | null;
  readonly record: CallbackRecord;
  readonly logged: readonly LoggedDelivery[];
}

async function find(ports: ReadPorts, workspaceUid: string, uid: string): Promise<FoundCallback> {
  const about = readUid(uid);
  const found = about === null || !isCallback(about) ? null : await findAny(ports, workspaceUid, uid, about);
  if (found === null) throw new EngineError('NOT_FOUND', `The callback ${uid} does not exist.`);
  return found;
}

async function findAny(
  ports: ReadPorts,
  workspaceUid: string,
  uid: string,
  about: DerivedUid,
): Promise<FoundCallback | null> {
  if (isNotification(about)) {
    const record = await ports.callbacks.readRecord(uid);
    const isVisible = record?.workspaceUid === workspaceUid && record.expiresAt * 1_000 > ports.clock.now();
    return isVisible ? { run: null, record, logged: [] } : null;
  }
  const run = await runOf(ports, workspaceUid, about.runUid);
  return run === null ? null : recordOf(ports, run, uid, about);
}

const NO_CALLBACKS: ReadonlySet<UidKind> = new Set(['run', 'input', 'chunk']);

function isCallback({ kind }: DerivedUid): boolean {
  return !NO_CALLBACKS.has(kind);
}

async function runOf(ports: ReadPorts, workspaceUid: string, runUid: string): Promise<Run | null> {
  try {
    return await findRun(ports, workspaceUid, runUid);
  } catch (error) {
    if (error instanceof EngineError && error.label === 'NOT_FOUND') return null;
    throw error;
  }
}

async function recordOf(ports: ReadPorts, run: Run, uid: string, about: DerivedUid): Promise<FoundCallback | null> {
  const stored = await ports.callbacks.readRecord(uid);
  const logged = about.kind === 'page' ? await deliveriesOf(ports, about) : [];
  if (stored !== null) return { run, record: stored, logged };
  if (about.kind !== 'page' && about.kind !== 'input_failed') return null;
  if (run.definition.callback?.on !== 'all') return null;
  const pageRecord = await ports.progress.readPageRecord(about.runUid, about.input, about.page);
  return pageRecord !== null && callbackUidsOf(pageRecord).includes(uid)
    ? { run, record: unstoredRecord(run.definition, pageRecord, uid, logged[0] ?? null), logged }
    : null;
}

async function deliveriesOf(
  ports: ReadPorts,
  { runUid, input, page, part }: DerivedUid,
): Promise<readonly LoggedDelivery[]> {
  const log = await ports.callbacks.readDeliveries(runUid, blockOf(input));
  return log.filter((one) => one.input === input && one.page === page && one.part === part);
}
