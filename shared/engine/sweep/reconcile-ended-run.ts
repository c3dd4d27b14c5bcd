import { stuckMs } from '../../domain/timing.ts';
import { deriveUid } from '../../domain/ids.ts';
import { countDelivered } from '../../domain/callback-counts.ts';
import { BLOCK_SHARDS, blocksBegun } from '../../domain/input.ts';
import type { PageRecord } from '../../domain/page.ts';
import { endingsOf, type RunControl, type RunDefinition } from '../../domain/run.ts';
import { releaseEnded } from '../runs/admit-run.ts';
import { concludeRun, countRecorded, landedAt } from '../runs/finish-run.ts';
import { resendIfLate } from '../callbacks/resend-late.ts';
import type { CorePorts } from '../ports.ts';
import type { RunCheck } from '../stores/due-store.ts';
import { settleStopped } from '../runs/settle-stopped.ts';
import { notifyOfEnd } from '../notifications/notify-of-end.ts';
import { noteUsage } from '../usage/note-usage.ts';
import { nextCheck } from '../runs/check-times.ts';
import { settleAll } from '../settle-all.ts';

/**
 * How many blocks of an ended run one check reads: a sweep has 45 s for 25 runs side by side. The next check goes on.
 */
const BLOCKS_A_CHECK = 100;
const BLOCKS_AT_ONCE = 8;

/**
 * Sends lost callbacks of an ended run again, some blocks at a time. Returns when to go on or to check again (epoch
 * ms); null when every callback is delivered or has failed.
 */
export async function reconcileEndedRun(
  ports: CorePorts,
  ended: RunControl,
  definition: RunDefinition,
  look: RunCheck,
): Promise<{ readonly at: number; readonly look?: RunCheck } | null> {
  const control = ended.status === 'STOPPED' ? await settleStopped(ports, ended, definition) : ended;
  await settleAll([noteUsage(ports, control), notifyOfEnd(ports, control, definition)]);
  if (control.mode === 'LIVE') return null;
  const slotAgainAt = await releaseEnded(ports, control);
  if (!(await isConcluded(ports, control, definition))) await concludeRun(ports, control, definition);
  if (control.status === 'STOPPED' && ports.clock.now() < landedAt(ports, control)) {
    return { at: landedAt(ports, control) };
  }
  if (definition.callback === null) return slotAgainAt === null ? null : { at: slotAgainAt };
  let seen: Seen = { ...NOTHING_SEEN, ...look, againAt: earlier(look.againAt, slotAgainAt) };
  if (look.block === 0) seen = addSeen(seen, await reconcileRecords(ports, definition, null));
  const blocks =
    definition.callback.on === 'all' ? blocksBegun(await ports.progress.readWindow(definition.uid), control) : 0;
  const until = Math.min(blocks, look.block + BLOCKS_A_CHECK);
  for (let first = look.block; first < until; first += BLOCKS_AT_ONCE) {
    const some = Array.from({ length: Math.min(BLOCKS_AT_ONCE, until - first) }, (_, at) => first + at);
    const found = await settleAll(
      some.map((block) => reconcileBlock(ports, definition, block, look.searches === true)),
    );
    seen = found.reduce(addSeen, seen);
  }
  const { againAt, delivered, traced } = seen;
  const now = ports.clock.now();
  if (until < blocks) {
    return { at: now, look: { block: until, againAt, delivered, traced, searches: look.searches === true } };
  }
  const { callbacks } = await countRecorded(ports, definition);
  const calledFor = callbacks + endingsOf(control);
  // A run of one block is counted with two reads, which is not worth a write.
  const isWorthIt = blocks > 1 && control.deliveredEpoch < control.epoch;
  if (isWorthIt && delivered >= calledFor) await ports.runs.noteDelivered(control);
  const isLost = traced < calledFor;
  if (isLost && look.searches !== true) return { at: now, look: { block: 0, againAt, searches: true } };
  const checkAgainAt = isLost ? earlier(againAt, nextCheck(now)) : againAt;
  return checkAgainAt === null ? null : { at: checkAgainAt };
}

/** What a check has found so far. */
interface Seen {
  /** When something has to be checked again (epoch ms), or null. */
  readonly againAt: number | null;
  /** Distinct callbacks that were delivered. */
  readonly delivered: number;
  /** Distinct callbacks that have a record or are in the log. */
  readonly traced: number;
}

const NOTHING_SEEN: Seen = { againAt: null, delivered: 0, traced: 0 };

function addSeen(one: Seen, other: Seen): Seen {
  return {
    againAt: earlier(one.againAt, other.againAt),
    delivered: one.delivered + other.delivered,
    traced: one.traced + other.traced,
  };
}

/** Whether what follows from a run's end was done. It is read first, because reads cost less than refused writes. */
async function isConcluded(ports: CorePorts, control: RunControl, definition: RunDefinition): Promise<boolean> {
  if (definition.callback === null) return true;
  const refUid = deriveUid(control.uid, 'run_finished', { ending: control.attempt });
  return (await ports.callbacks.readRecord(refUid)) !== null;
}

function earlier(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}

/** Checks a block's callbacks. `searches`: also those without record and log entry, whose messages were lost. */
async function reconcileBlock(
  ports: CorePorts,
  definition: RunDefinition,
  block: number,
  searches: boolean,
): Promise<Seen> {
  const seen = await reconcileRecords(ports, definition, block);
  if (searches) await sendLost(ports, definition, block);
  return seen;
}

async function sendLost(ports: CorePorts, { uid, workspaceUid }: RunDefinition, block: number): Promise<void> {
  const traced = new Set<string>();
  for (const { input, page, part } of await ports.callbacks.readDeliveries(uid, block)) {
    traced.add(deriveUid(uid, 'page', { input, page, part }));
  }
  for (const { refUid, parentUid } of await ports.callbacks.listRecords(uid, block)) {
    if (parentUid === null) traced.add(refUid); // a replay says nothing of the original's message
  }
  for (let shard = block * BLOCK_SHARDS; shard < (block + 1) * BLOCK_SHARDS; shard += 1) {
    for (const pageRecord of await ports.progress.readShardPageRecords(uid, shard)) {
      if (pageRecord.at + stuckMs(ports.settings) > ports.clock.now()) continue;
      for (const callback of uidsOf(pageRecord)) {
        if (traced.has(callback)) continue;
        await ports.messages.send({ kind: 'callback', uid: callback, attempt: 0 }, { workspaceUid });
      }
    }
  }
}

/** The uids of a recorded page's callbacks. */
function uidsOf({ runUid, input, page, outcome }: PageRecord): readonly string[] {
  const parts = outcome.kind === 'RESULT' ? outcome.parts : 0;
  return Array.from({ length: parts }, (_, at) => deriveUid(runUid, 'page', { input, page, part: at + 1 }));
}

/**
 * Sends again the callbacks of a block, or with null of the run itself, whose next attempt is long overdue or was cut
 * off. `againAt` null: none is under way.
 */
async function reconcileRecords(ports: CorePorts, definition: RunDefinition, block: number | null): Promise<Seen> {
  const records = await ports.callbacks.listRecords(definition.uid, block);
  const deliveries = block === null ? [] : await ports.callbacks.readDeliveries(definition.uid, block);
  const traced = new Set(deliveries.map((at) => deriveUid(definition.uid, 'page', at)));
  let againAt: number | null = null;
  for (const record of records) {
    if (record.parentUid === null) traced.add(record.refUid); // a replay says nothing of the original's message
    againAt = earlier(againAt, await resendIfLate(ports, record));
  }
  const { delivered } = countDelivered({ records, deliveries });
  return { againAt, delivered, traced: traced.size };
}
