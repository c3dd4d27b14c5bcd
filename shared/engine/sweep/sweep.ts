import { closeRun } from '../runs/finish-run.ts';
import { tendReceiver } from '../callbacks/tend-receiver.ts';
import type { CorePorts } from '../ports.ts';
import { DUE_PARTITIONS, type DueEntry } from '../stores.ts';
import { settleLanded } from '../runs/settle-landed.ts';
import { nextWatch } from '../runs/watch.ts';
import { watchRun } from './watch-run.ts';
import { together } from '../together.ts';

const BATCH = 25;

/**
 * Sees to everything that is due, until `until` (epoch ms): retries of callbacks that were too far off for a queue, and
 * looks at runs, each of which has one such entry from before its launch until everything it owes is done. So whatever
 * message is lost, its run is found again.
 */
export async function sweep(ports: CorePorts, until: number): Promise<{ readonly seenTo: number }> {
  let seenTo = 0;
  for (let partition = 0; partition < DUE_PARTITIONS; partition += 1) {
    while (ports.clock.now() < until) {
      const due = await ports.due.listDue(partition, ports.clock.now(), BATCH);
      await together(due.map((entry) => seeTo(ports, entry)));
      seenTo += due.length;
      if (due.length < BATCH) break;
    }
  }
  return { seenTo };
}

/** One entry: what follows is written or sent first, the entry goes last. A fault leaves it for the next sweep. */
async function seeTo(ports: CorePorts, entry: DueEntry): Promise<void> {
  try {
    if (entry.kind === 'callback') await sendDueCallback(ports, entry);
    else if (entry.kind === 'receiver') await seeToReceiver(ports, entry);
    else if (entry.kind === 'schedule') return await tellSchedule(ports, entry);
    else if (entry.kind === 'start') await startPostponed(ports, entry);
    else if (entry.kind === 'close') await closeStopped(ports, entry);
    else await watchRun(ports, entry);
    await ports.due.deleteDue(entry);
  } catch (error) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    ports.log.error('a due entry could not be seen to and stays due', { ...entry, stack });
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
  const dueAt = nextWatch(ports.clock.now()) + (entry.at % APART_MS);
  await ports.due.putDue({ at: dueAt, kind: 'schedule', uid });
  await ports.due.deleteDue(entry);
  await ports.messages.send({ kind: 'tend', scheduleUid: uid, dueAt }, { workspaceUid: uid }); // a group of its own
}

async function sendDueCallback(ports: CorePorts, entry: DueEntry): Promise<void> {
  const record = await ports.callbacks.readRecord(entry.uid);
  if (record === null || record.status !== 'PENDING' || record.nextAttemptAt !== entry.at) return;
  const message = { kind: 'callback', uid: record.uid, attempt: record.retryCount + 1 } as const;
  await ports.messages.send(message, { workspaceUid: record.workspaceUid });
}

async function seeToReceiver(ports: CorePorts, { at, kind, uid }: DueEntry): Promise<void> {
  const againAt = await tendReceiver(ports, uid);
  if (againAt !== null) await ports.due.putDue({ at: Math.max(againAt, at + 1), kind, uid });
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
