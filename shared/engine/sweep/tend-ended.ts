import { deriveUid } from '../../domain/ids.ts';
import { shardsBegun } from '../../domain/input.ts';
import type { PageSlot } from '../../domain/page.ts';
import type { RunControl, RunDefinition } from '../../domain/run.ts';
import { releaseEnded } from '../runs/admit-run.ts';
import { closeRun, landedAt } from '../runs/finish-run.ts';
import { giveUpAt } from '../callbacks/delivery.ts';
import type { CorePorts } from '../ports.ts';
import type { RunLook } from '../stores.ts';
import { settleLanded } from '../runs/settle-landed.ts';
import { nextWatch, STUCK_MS } from '../runs/watch.ts';
import { together } from '../together.ts';

/** Shards of an ended run that one look sees: a sweep has 25 runs in hand, and 45 s. The next look goes on. */
const SHARDS_A_LOOK = 500;
const SHARDS_AT_ONCE = 16;
/** Before a receiver's next attempt is missed: its message may just be late. */
const CALLBACK_GRACE_MS = 600_000;

/**
 * Sends again what an ended run still owes, some shards at a time, and says when to go on or to look again: null when
 * every callback is delivered or has failed.
 */
export async function tendEnded(
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
  const shards = shardsBegun(await ports.progress.readWindow(definition.uid), control);
  const until = Math.min(shards, look.shard + SHARDS_A_LOOK);
  for (let first = look.shard; first < until; first += SHARDS_AT_ONCE) {
    const some = Array.from({ length: Math.min(SHARDS_AT_ONCE, until - first) }, (_, at) => first + at);
    const seen = await together(some.map((shard) => tendShard(ports, definition, shard)));
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

async function tendShard(ports: CorePorts, definition: RunDefinition, shard: number): Promise<number | null> {
  const lookAgainAt = await tendRecords(ports, definition, shard);
  if (definition.callback?.on !== 'all') return lookAgainAt;
  const seen = new Set<string>();
  for (const { input, page, part } of await ports.callbacks.readDeliveries(definition.uid, shard)) {
    seen.add(deriveUid(definition.uid, 'page', { input, page, part }));
  }
  for (const { refUid, parentUid } of await ports.callbacks.listRecords(definition.uid, shard)) {
    if (parentUid === null) seen.add(refUid); // a replay says nothing of the original's message
  }
  const slots = await ports.progress.readShardSlots(definition.uid, shard);
  const unseen = slots.flatMap((slot) =>
    uidsOf(slot)
      .filter((uid) => !seen.has(uid))
      .map((uid) => ({ uid, slot })),
  );
  if (unseen.length === 0) return lookAgainAt;
  const { workspaceUid } = definition;
  for (const { uid, slot } of unseen) {
    // With neither a delivery nor a record after so long its message was lost.
    if (slot.at + STUCK_MS > ports.clock.now()) continue;
    await ports.messages.send({ kind: 'callback', uid, attempt: 0 }, { workspaceUid });
  }
  return nextWatch(ports.clock.now());
}

/** Of the callbacks that a recorded page calls for. */
function uidsOf({ runUid, input, page, outcome }: PageSlot): readonly string[] {
  const parts = outcome.kind === 'RESULT' ? outcome.parts : 0;
  return Array.from({ length: parts }, (_, at) => deriveUid(runUid, 'page', { input, page, part: at + 1 }));
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
    // A first attempt that was put off has a record, which only a message that says so looks at.
    const putOff = attempt === 0 ? { slow: true } : {};
    await ports.messages.send({ kind: 'callback', uid: record.uid, attempt, ...putOff }, { workspaceUid });
  }
  return lookAgainAt;
}
