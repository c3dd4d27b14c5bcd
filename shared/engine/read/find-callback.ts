import type { CallbackRecord } from '../../domain/callback.ts';
import { EngineError } from '../../domain/errors.ts';
import { type DerivedUid, readUid, type UidKind } from '../../domain/ids.ts';
import { blockOf } from '../../domain/input.ts';
import { absorbDelivery, callbackUidsOf, type LoggedDelivery, unstoredRecord } from '../../domain/page-callback.ts';
import { findRun } from './find-run.ts';
import { type CallbackRow, callbackRow } from './list-run-callbacks.ts';
import type { ReadPorts, Run } from './read-ports.ts';

/**
 * A workspace's callback by its uid, which says where it is stored. Throws NOT_FOUND, with one message for every cause.
 */
export async function findCallback(ports: ReadPorts, workspaceUid: string, uid: string): Promise<CallbackRow> {
  const about = readUid(uid);
  const run = about === null || !isCallback(about) ? null : await runOf(ports, workspaceUid, about.runUid);
  const record = about === null || run === null ? null : await recordOf(ports, run, uid, about);
  if (run === null || record === null) throw new EngineError('NOT_FOUND', `The callback ${uid} does not exist.`);
  return callbackRow(ports, run, record);
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

async function recordOf(ports: ReadPorts, run: Run, uid: string, about: DerivedUid): Promise<CallbackRecord | null> {
  const stored = await ports.callbacks.readRecord(uid);
  if (about.kind !== 'page' && about.kind !== 'input_failed') return stored;
  const delivery = about.kind === 'page' ? await deliveryOf(ports, about) : null;
  if (stored !== null) return absorbDelivery(stored, delivery);
  if (run.definition.callback?.on !== 'all') return null;
  const pageRecord = await ports.progress.readPageRecord(about.runUid, about.input, about.page);
  return pageRecord !== null && callbackUidsOf(pageRecord).includes(uid)
    ? unstoredRecord(run.definition, pageRecord, uid, delivery)
    : null;
}

async function deliveryOf(ports: ReadPorts, { runUid, input, page, part }: DerivedUid): Promise<LoggedDelivery | null> {
  const log = await ports.callbacks.readDeliveries(runUid, blockOf(input));
  return log.find((one) => one.input === input && one.page === page && one.part === part) ?? null;
}
