import { reconcileReceiver } from '../callbacks/reconcile-receiver.ts';
import type { CorePorts } from '../ports.ts';
import { closeRun } from '../runs/finish-run.ts';
import { keepItems } from '../runs/keep-run.ts';
import { settleLanded } from '../runs/settle-landed.ts';
import { nextCheck } from '../runs/check-times.ts';
import type { DueEntry } from '../stores.ts';
import { checkRun } from './check-run.ts';

/**
 * Sees to one entry: what follows is written or sent first, the entry goes last. What it throws leaves the entry. Gives the
 * entry that stands for what is left and could be gone on with at once; null: there is none.
 */
export async function handleDueEntry(ports: CorePorts, entry: DueEntry): Promise<DueEntry | null> {
  if (entry.kind === 'receiver') return handleReceiver(ports, entry);
  if (entry.kind === 'schedule') await tellSchedule(ports, entry);
  else {
    await handleKind(ports, entry, entry.kind);
    await ports.due.deleteDue(entry);
  }
  return null;
}

async function handleKind(
  ports: CorePorts,
  entry: DueEntry,
  kind: Exclude<DueEntry['kind'], 'schedule' | 'receiver'>,
): Promise<void> {
  switch (kind) {
    case 'callback':
      return sendDueCallback(ports, entry);
    case 'start':
      return startPostponed(ports, entry);
    case 'close':
      return closeStopped(ports, entry);
    case 'keep':
      return keepItems(ports, entry);
    case 'watch':
      return checkRun(ports, entry);
  }
}

/** Keeps apart what stands for different entries: entries lie at whole minutes, mostly. */
const APART_MS = 59_999;

/**
 * Asks for a schedule to be seen to; whoever does it takes back the entry that stands for it meanwhile, and may do so
 * late: so that entry is no other one's. This one goes before: a clock behind ours may put another under just its key.
 */
async function tellSchedule(ports: CorePorts, entry: DueEntry): Promise<void> {
  const { uid } = entry;
  const dueAt = nextCheck(ports.clock.now()) + (entry.at % APART_MS);
  await ports.due.putDue({ at: dueAt, kind: 'schedule', uid });
  await ports.due.deleteDue(entry);
  await ports.messages.send({ kind: 'reconcile', scheduleUid: uid, dueAt }, { workspaceUid: uid }); // a group of its own
}

async function sendDueCallback(ports: CorePorts, entry: DueEntry): Promise<void> {
  const record = await ports.callbacks.readRecord(entry.uid);
  if (record === null || record.status !== 'PENDING' || record.nextAttemptAt !== entry.at) return;
  const message = { kind: 'callback', uid: record.uid, attempt: record.retryCount + 1 } as const;
  await ports.messages.send(message, { workspaceUid: record.workspaceUid });
}

/** The entry of the next look is there before this one goes; gone on with at once, it may be the same. */
async function handleReceiver(ports: CorePorts, entry: DueEntry): Promise<DueEntry | null> {
  const { at, kind, uid } = entry;
  const next = await reconcileReceiver(ports, uid);
  if (next !== null && next.at !== at) await ports.due.putDue({ at: next.at, kind, uid });
  if (next?.at !== at) await ports.due.deleteDue(entry);
  return next?.hasMore === true ? { at: next.at, kind, uid } : null;
}

async function startPostponed(ports: CorePorts, entry: DueEntry): Promise<void> {
  const control = await ports.runs.readControl(entry.uid);
  if (control?.status !== 'SCHEDULED') return;
  const message = { kind: 'dispatch', runUid: control.uid, epoch: control.epoch } as const;
  await ports.messages.send(message, { workspaceUid: control.workspaceUid });
}

async function closeStopped(ports: CorePorts, entry: DueEntry): Promise<void> {
  const control = await ports.runs.readControl(entry.uid);
  const definition = await ports.runs.readDefinition(entry.uid);
  if (control?.status !== 'STOPPED' || definition === null) return;
  await settleLanded(ports, control, definition);
  await closeRun(ports, control, definition);
}
