import { keepItemsAfterMs } from '../../domain/timing.ts';
import { blockCount, blocksBegun } from '../../domain/input.ts';
import { expiryStep } from '../../domain/expiry.ts';
import type { RunControl, RunDefinition } from '../../domain/run.ts';
import type { CorePorts } from '../ports.ts';
import type { DueEntry } from '../stores/due-store.ts';
import { settleAll } from '../settle-all.ts';

/** How many blocks one due entry handles, and how many side by side. */
const BLOCKS_A_CHECK = 32;
const BLOCKS_AT_ONCE = 2;

/**
 * Moves the expiry of an unfinished run on, if it waits or was resumed or retried, so that it never expires before it
 * has ended. Its items follow. False: it has waited as long as a run may.
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

/** Moves the expiry of a run's items to that of the run, some blocks at a time. */
export async function keepItems(
  ports: Pick<CorePorts, 'clock' | 'runs' | 'due' | 'progress'>,
  { at, kind, uid, look = { block: 0, againAt: null } }: DueEntry,
): Promise<void> {
  const control = await ports.runs.readControl(uid);
  if (control === null) return;
  const begun = blocksBegun(await ports.progress.readWindow(uid), control);
  // All blocks, also those not begun, because they have the stored inputs.
  const blocks = blockCount(control.inputsTotal);
  const until = Math.min(blocks, look.block + BLOCKS_A_CHECK);
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
