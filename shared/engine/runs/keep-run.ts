import { keepItemsAfterMs } from '../../domain/timing.ts';
import { blockCount, blocksBegun } from '../../domain/input.ts';
import { expiryStep } from '../../domain/expiry.ts';
import type { RunControl, RunDefinition } from '../../domain/run.ts';
import type { CorePorts } from '../ports.ts';
import type { DueEntry } from '../stores.ts';
import { settleAll } from '../settle-all.ts';

/** Blocks whose items one look sees to, and at once. */
const BLOCKS_A_LOOK = 32;
const BLOCKS_AT_ONCE = 2;

/**
 * Moves the expiry of an unfinished run on where it waits or was taken up again, so that it is never gone before it has
 * ended; its items follow. False: it has waited for as long as a run may.
 */
export async function keepRun(
  ports: Pick<CorePorts, 'clock' | 'runs' | 'due' | 'settings'>,
  control: RunControl,
  { deadlineSeconds }: RunDefinition,
): Promise<boolean> {
  const now = ports.clock.now();
  const { retentionDays } = ports.settings;
  const step = expiryStep(control, { deadlineSeconds, retentionDays, now });
  if (step.kind !== 'moves') return step.kind === 'keeps';
  await ports.due.putDue({ at: now + keepItemsAfterMs(ports.settings), kind: 'keep', uid: control.uid });
  await ports.runs.moveExpiry(control, step.to);
  return true;
}

/** Has the items of a run go no sooner than the run itself, some blocks at a time. */
export async function keepItems(
  ports: Pick<CorePorts, 'clock' | 'runs' | 'due' | 'progress'>,
  { at, kind, uid, look = { block: 0, againAt: null } }: DueEntry,
): Promise<void> {
  const control = await ports.runs.readControl(uid);
  if (control === null) return;
  const begun = blocksBegun(await ports.progress.readWindow(uid), control);
  // Inputs lie in their blocks, begun or not.
  const blocks = blockCount(control.inputsTotal);
  const until = Math.min(blocks, look.block + BLOCKS_A_LOOK);
  for (let first = look.block; first < until; first += BLOCKS_AT_ONCE) {
    const some = Array.from({ length: Math.min(BLOCKS_AT_ONCE, until - first) }, (_, index) => first + index);
    await settleAll(
      some.map((block) => ports.runs.keepItems(uid, { block, hasBegun: block < begun }, control.expiresAt)),
    );
  }
  if (until < blocks) {
    const next = { block: until, againAt: null };
    return ports.due.putDue({ at: Math.max(ports.clock.now(), at + 1), kind, uid, look: next });
  }
  return ports.runs.keepItems(uid, null, control.expiresAt);
}
