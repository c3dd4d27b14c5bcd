import { deriveUid } from '../domain/ids.ts';
import { isReopened, shardOf, shardsBegun } from '../domain/input.ts';
import { hasEnded, type RunControl, type RunDefinition, WORKING_STATUSES } from '../domain/run.ts';
import { reconcileSlots, releaseEnded } from './runs/admit-run.ts';
import { checkCompletion } from './runs/check-completion.ts';
import { closeRun, landedAt } from './runs/finish-run.ts';
import { finishInput } from './runs/finish-input.ts';
import { handOver } from './live/hand-over.ts';
import { giveUpAt } from './callbacks/delivery.ts';
import { tendReceiver } from './callbacks/tend-receiver.ts';
import { hasEndedWith, pageAfter } from './runs/open-input.ts';
import type { CorePorts } from './ports.ts';
import { DUE_PARTITIONS, type DueEntry, type RunLook } from './stores.ts';
import { settleLanded } from './runs/settle-landed.ts';
import { stopRun } from './runs/stop-run.ts';
import { nextWatch } from './runs/watch.ts';

const BATCH = 25;
/** Nothing that moved this recently is stuck: a page's time, its redelivery and a queue's backlog pass before. */
const STUCK_MS = 600_000;
/** Shards of an ended run that one look sees: a sweep has 25 runs in hand, and 45 s. The next look goes on. */
const SHARDS_A_LOOK = 500;
const SHARDS_AT_ONCE = 16;
/** No run is looked at twice within a minute. */
const SOONEST_MS = 60_000;
/** A postponed run that has not started by then was forgotten. */
const START_GRACE_MS = 180_000;
/** Before a receiver's next attempt is missed: its message may just be late. */
const CALLBACK_GRACE_MS = 600_000;

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
      await Promise.all(due.map((entry) => seeTo(ports, entry)));
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

/**
 * Asks for a schedule to be seen to; whoever does it takes back the entry that stands for it meanwhile. This one goes
 * before: a clock behind ours may put another under just its key.
 */
async function tellSchedule(ports: CorePorts, entry: DueEntry): Promise<void> {
  const { uid } = entry;
  const dueAt = nextWatch(ports.clock.now());
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

const FIRST_LOOK: RunLook = { shard: 0, againAt: null };

/** A run whose launch was never committed, or will be: a write may arrive long after its sender died. So it is looked for twice. */
async function watchUncommitted(ports: CorePorts, { kind, uid, look }: DueEntry): Promise<void> {
  if (look !== undefined) return;
  await ports.due.putDue({ at: nextWatch(ports.clock.now()), kind, uid, look: FIRST_LOOK });
}

async function watchRun(ports: CorePorts, entry: DueEntry): Promise<void> {
  const standing = await ports.runs.readControl(entry.uid);
  const definition = standing === null ? null : await ports.runs.readDefinition(entry.uid);
  const now = ports.clock.now();
  if (standing === null || definition === null) return watchUncommitted(ports, entry);
  const control = await handOver(ports, standing); // of a live call still at work, whoever waited is gone
  if (control.expiresAt * 1_000 <= now) return;
  const { kind, uid } = entry;
  const next = hasEnded(control.status)
    ? await tendEnded(ports, control, definition, entry.look ?? FIRST_LOOK)
    : { at: await tendWorking(ports, control, definition) };
  if (next !== null) await ports.due.putDue({ ...next, kind, uid, at: Math.max(next.at, now + SOONEST_MS) });
}

/** Sends again what a run that works may have lost, and says when to look again. */
async function tendWorking(ports: CorePorts, control: RunControl, definition: RunDefinition): Promise<number> {
  const now = ports.clock.now();
  const { uid, workspaceUid } = definition;
  if (control.deadlineAt !== null && control.deadlineAt <= now) {
    const stopped = await stopRun(ports, definition, 'DEADLINE');
    return landedAt(ports, stopped);
  }
  const again = Math.min(nextWatch(now), control.deadlineAt ?? Infinity);
  // Its own entry starts it; only if that came to nothing does this one.
  const startsBy = control.postponedUntil === null ? 0 : control.postponedUntil + START_GRACE_MS;
  if (control.status === 'SCHEDULED' && now < startsBy) return startsBy;
  if (control.status === 'BLOCKED') await reconcileSlots(ports, workspaceUid);
  const window = await ports.progress.readWindow(uid);
  if (!WORKING_STATUSES.includes(control.status) || window?.epoch !== control.epoch) {
    await ports.messages.send({ kind: 'dispatch', runUid: uid, epoch: control.epoch }, { workspaceUid });
    return again;
  }
  for (const [input, entry] of window.open) {
    const slot = await ports.progress.readLastSlot(uid, input);
    const movedAt = Math.max(slot?.at ?? 0, control.updatedAt, entry.until ?? 0);
    if (movedAt + STUCK_MS > now) continue;
    if (slot !== null && hasEndedWith(slot, control)) await finishInput(ports, { control, definition, slot });
    else await ports.messages.send(pageAfter(control, input, slot, entry), { workspaceUid });
  }
  if (window.open.size === 0 && isReopened(window, control)) await checkCompletion(ports, control, definition);
  return again;
}

/**
 * Sends again what an ended run still owes, some shards at a time, and says when to go on or to look again: null when
 * every callback is delivered or has failed.
 */
async function tendEnded(
  ports: CorePorts,
  control: RunControl,
  definition: RunDefinition,
  look: RunLook,
): Promise<{ readonly at: number; readonly look?: RunLook } | null> {
  if (control.mode === 'LIVE') return null;
  const slotAgainAt = await releaseEnded(ports, control);
  const landed = control.status === 'STOPPED' && ports.clock.now() >= landedAt(ports, control);
  if (landed) await settleLanded(ports, control, definition);
  if (!(await isClosed(ports, control, definition))) await closeRun(ports, control, definition);
  if (control.status === 'STOPPED' && ports.clock.now() < landedAt(ports, control)) {
    return { at: landedAt(ports, control) };
  }
  if (definition.callback === null) return slotAgainAt === null ? null : { at: slotAgainAt };
  let againAt = earlier(look.againAt, slotAgainAt);
  if (look.shard === 0) againAt = earlier(againAt, await tendRecords(ports, definition, null));
  const inHand = control.status === 'STOPPED' ? await readInHand(ports, definition) : [];
  const shards = shardsBegun(await ports.progress.readWindow(definition.uid), control);
  const until = Math.min(shards, look.shard + SHARDS_A_LOOK);
  for (let first = look.shard; first < until; first += SHARDS_AT_ONCE) {
    const some = Array.from({ length: Math.min(SHARDS_AT_ONCE, until - first) }, (_, at) => first + at);
    const seen = await Promise.all(some.map((shard) => tendShard(ports, definition, shard, inHand)));
    againAt = seen.reduce(earlier, againAt);
  }
  if (until < shards) return { at: ports.clock.now(), look: { shard: until, againAt } };
  return againAt === null ? null : { at: againAt };
}

/** Whether all that follows from a run's end was begun: reads are cheaper than writes that are refused. */
async function isClosed(ports: CorePorts, control: RunControl, definition: RunDefinition): Promise<boolean> {
  if (definition.callback === null) return true;
  const refUid = deriveUid(control.uid, 'run_finished', { ending: control.endings });
  return (await ports.callbacks.readRecord(refUid)) !== null;
}

function earlier(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}

/** What an input has recorded: pages, and the callbacks they call for. */
interface Recorded {
  readonly input: number;
  readonly pages: number;
  readonly callbacks: number;
}

/** What the inputs a stopped run has in hand have recorded; those that ended show in their shard's marks instead. */
async function readInHand(ports: CorePorts, definition: RunDefinition): Promise<readonly Recorded[]> {
  const window = await ports.progress.readWindow(definition.uid);
  const inputs = [...(window?.open.keys() ?? [])];
  const slots = await Promise.all(inputs.map((input) => ports.progress.readLastSlot(definition.uid, input)));
  return slots
    .filter((slot) => slot !== null)
    .map(({ input, page, callbacks }) => ({ input, pages: page + 1, callbacks }));
}

async function tendShard(
  ports: CorePorts,
  definition: RunDefinition,
  shard: number,
  inHand: readonly Recorded[],
): Promise<number | null> {
  const lookAgainAt = await tendRecords(ports, definition, shard);
  if (definition.callback?.on !== 'all') return lookAgainAt;
  const marks = await ports.progress.readMarks(definition.uid, shard);
  const reopened = await ports.progress.readReopened(definition.uid, shard);
  const recorded: readonly Recorded[] = [
    ...Array.from(marks, ([input, { pages, callbacks }]) => ({ input, pages, callbacks })),
    ...Array.from(reopened, ([input, { pages, callbacks }]) => ({ input, pages, callbacks })),
    ...inHand.filter(({ input }) => shardOf(input) === shard && !marks.has(input) && !reopened.has(input)),
  ];
  const seen = new Set<string>();
  for (const { input, page, part } of await ports.callbacks.readDeliveries(definition.uid, shard)) {
    seen.add(deriveUid(definition.uid, 'page', { input, page, part }));
  }
  for (const { refUid, parentUid } of await ports.callbacks.listRecords(definition.uid, shard)) {
    if (parentUid === null) seen.add(refUid); // a replay says nothing of the original's message
  }
  if (seen.size >= recorded.reduce((sum, { callbacks }) => sum + callbacks, 0)) return lookAgainAt;
  await sendUnseen(ports, definition, recorded, seen);
  return nextWatch(ports.clock.now());
}

/** Page callbacks with neither a delivery nor a record: their messages were lost. */
async function sendUnseen(
  ports: CorePorts,
  definition: RunDefinition,
  recorded: readonly Recorded[],
  seen: ReadonlySet<string>,
): Promise<void> {
  const now = ports.clock.now();
  for (const { input, pages } of recorded) {
    for (let page = 0; page < pages; page += 1) {
      const slot = await ports.progress.readSlot(definition.uid, input, page);
      if (slot === null || slot.outcome.kind !== 'RESULT' || slot.at + STUCK_MS > now) continue;
      for (let part = 1; part <= slot.outcome.parts; part += 1) {
        const uid = deriveUid(definition.uid, 'page', { input, page, part });
        if (seen.has(uid)) continue;
        const { workspaceUid } = definition;
        await ports.messages.send({ kind: 'callback', uid, attempt: 0 }, { workspaceUid });
      }
    }
  }
}

/** Records whose next attempt should long have been made, or was cut off, are sent again. Null: none is under way. */
async function tendRecords(ports: CorePorts, definition: RunDefinition, shard: number | null): Promise<number | null> {
  const now = ports.clock.now();
  let lookAgainAt: number | null = null;
  for (const record of await ports.callbacks.listRecords(definition.uid, shard)) {
    if (record.status === 'SUCCESS' || record.status === 'FAILED') continue;
    // One that is held is sent by its receiver's own entry; only at the end of its time does this one see to it.
    const isHeld = record.status === 'PENDING' && record.heldSince !== null;
    const dueAt = isHeld ? giveUpAt(record) : record.nextAttemptAt;
    const lateAt = (dueAt ?? now) + CALLBACK_GRACE_MS;
    lookAgainAt = earlier(lookAgainAt, lateAt);
    const late = dueAt === null || lateAt <= now;
    if (!late) continue;
    const attempt = record.by === '' ? 0 : record.retryCount + (record.status === 'PENDING' ? 1 : 0);
    const { workspaceUid } = definition;
    await ports.messages.send({ kind: 'callback', uid: record.uid, attempt }, { workspaceUid });
  }
  return lookAgainAt;
}
