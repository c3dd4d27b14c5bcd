import { deriveUid } from '../../domain/ids.ts';
import {
  childrenOf,
  type InputMark,
  ROLLUP_FANOUT,
  rollupLevels,
  shardCount,
  shardOf,
  shardSize,
  totalsOf,
} from '../../domain/input.ts';
import type { PageSlot } from '../../domain/page.ts';
import { addTotals, type RunControl, type RunDefinition, type Totals } from '../../domain/run.ts';
import { finishRun } from './finish-run.ts';
import { openNextInput } from './open-input.ts';
import { postponeIfWaiting } from './postpone-run.ts';
import type { CorePorts } from '../ports.ts';
import { sendRecordedCallback } from '../callbacks/send-callbacks.ts';

/** An input whose last page, or failure, is recorded. */
export interface SettledInput {
  readonly control: RunControl;
  readonly definition: RunDefinition;
  readonly slot: PageSlot;
}

/**
 * Ends an input: its mark, the next input's turn, and the look whether the whole run is complete. The look is always
 * taken, also when everything before was done by an earlier delivery: the one that did it may have died just then.
 */
export async function finishInput(ports: CorePorts, { control, definition, slot }: SettledInput): Promise<void> {
  const { outcome } = slot;
  if (outcome.kind === 'FAILURE' && definition.callback?.on === 'all') {
    const refUid = deriveUid(slot.runUid, 'input_failed', {
      input: slot.input,
      page: slot.page,
      ending: slot.attempt,
    });
    await sendRecordedCallback(ports, definition, refUid, {
      type: 'run.input_failed',
      input: slot.input,
      page: slot.page,
      error: outcome.error,
      attempt: slot.attempt,
      at: slot.at,
    });
  }
  const mark: InputMark = {
    status: outcome.kind === 'RESULT' ? 'SUCCEEDED' : 'FAILED',
    pages: outcome.kind === 'RESULT' ? slot.page + 1 : slot.page,
    outputs: slot.results,
    tries: slot.tries,
    callbacks: slot.callbacks,
    refused: outcome.kind === 'FAILURE' && outcome.error.error_label === 'BAD_INPUT',
    empty: outcome.kind === 'RESULT' && outcome.info !== null,
    finishedAt: slot.at,
  };
  const { expiresAt } = definition;
  const marked = await ports.progress.markInput(slot.runUid, slot.input, control.epoch, mark, expiresAt);
  if (marked.stale) return;
  // Where these marks are all there are, nothing is left to open, and the run ends: its window may stay as it is.
  const complete = marked.marks.size === definition.inputsTotal;
  const opened = complete || (await openNextInput(ports, control, definition, slot.input));
  if (!opened) await postponeIfWaiting(ports, control, definition); // perhaps only waiting ones are left
  await rollUp(ports, control, definition, shardOf(slot.input), marked.marks);
}

/** Carries a complete shard up the tree; when the root is complete the run is. */
async function rollUp(
  ports: CorePorts,
  control: RunControl,
  definition: RunDefinition,
  shard: number,
  marks: ReadonlyMap<number, InputMark>,
): Promise<void> {
  if (marks.size < shardSize(shard, definition.inputsTotal)) return;
  const shards = shardCount(definition.inputsTotal);
  let totals: Totals = totalsOf(marks);
  let child = shard;
  for (let level = 1; level <= rollupLevels(shards); level += 1) {
    const node = Math.floor(child / ROLLUP_FANOUT);
    const at = { level, node, child: child % ROLLUP_FANOUT };
    const children = await ports.progress.putRollup(definition.uid, at, control.epoch, totals, definition.expiresAt);
    if (children.length < childrenOf(shards, level, node)) return;
    totals = addTotals(children);
    child = node;
  }
  await finishRun(ports, control, definition, totals);
}
