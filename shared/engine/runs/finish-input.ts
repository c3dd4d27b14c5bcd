import { deriveUid } from '../../domain/ids.ts';
import type { ErrorRecord } from '../../domain/errors.ts';
import { isComplete, type OpenInput, type RunWindow } from '../../domain/input.ts';
import { isRefusal, type PageRecord, pagesAdded } from '../../domain/page.ts';
import type { RunControl, RunDefinition, Totals } from '../../domain/run.ts';
import { sendRecordedCallback } from '../callbacks/send-callbacks.ts';
import type { CorePorts } from '../ports.ts';
import type { EndedInputs, InputEnd } from '../stores/progress-store.ts';
import { settleAll } from '../settle-all.ts';
import { finishRun } from './finish-run.ts';
import { type InHand, sendOpened } from './open-input.ts';
import { postponeIfWaiting } from './postpone-run.ts';

/** An input whose last page, or failure, is recorded. */
export interface InputToEnd {
  readonly control: RunControl;
  readonly definition: RunDefinition;
  readonly pageRecord: PageRecord;
  readonly at: Pick<OpenInput, 'place' | 'position'>;
  /**
   * Whether to send the next input also where another delivery counted this one: that one may have failed before it
   * sent it.
   */
  readonly resendsNext: boolean;
}

/** Counts the end of an input in its run's window, by itself or with others. */
export type CountEnd = (runUid: string, epoch: number, end: InputEnd) => Promise<EndedInputs>;

/**
 * Ends an input: counts it, and sends the input that gets its place. When no input is open any more, the run ends; this
 * is checked even if an earlier delivery did all the rest, because it may have failed just before it ended the run.
 */
export async function finishInput(
  ports: CorePorts,
  { control, definition, pageRecord, at, resendsNext }: InputToEnd,
  countEnd: CountEnd = (runUid, epoch, end) => ports.progress.endInputs(runUid, epoch, [end]),
): Promise<void> {
  const counted = await ports.progress.readPosition(pageRecord.runUid, control.restartEpoch, at.position);
  const end = await endOfInput(ports, definition, pageRecord, { ...at, counted });
  const ended = await countEnd(pageRecord.runUid, control.epoch, end);
  const { window } = ended;
  if (window?.epoch !== control.epoch) return;
  if (isComplete(window)) {
    return ended.isOthers === true ? undefined : finishRun(ports, control, definition, window.totals);
  }
  const isCounted = ended.counted.has(pageRecord.input);
  const next = inPlace(window, at.place);
  if (next === null) await postponeIfWaiting(ports, control, definition, window); // perhaps only waiting inputs are left
  else if (isCounted || resendsNext) await sendOpened(ports, control, definition, next, !isCounted);
}

/**
 * An ended input as its window counts it. A failure is first noted, so that a retry finds it, and its callback sent.
 */
export async function endOfInput(
  ports: CorePorts,
  definition: RunDefinition,
  pageRecord: PageRecord,
  { place, position, counted }: Pick<OpenInput, 'place' | 'position' | 'counted'>,
): Promise<InputEnd> {
  const { input, outcome } = pageRecord;
  const refused = isRefusal(outcome);
  if (outcome.kind === 'FAILURE') {
    const { page, epoch, results: outputs, callbacks } = pageRecord;
    const failed = { input, epoch, page, outputs, callbacks, refused };
    await settleAll([
      ports.progress.noteFailed(pageRecord.runUid, failed, definition.expiresAt),
      sendInputFailed(ports, definition, pageRecord, outcome.error),
    ]);
  }
  const adds: Totals = {
    succeeded: outcome.kind === 'RESULT' ? 1 : 0,
    failed: outcome.kind === 'FAILURE' ? 1 : 0,
    pages: pagesAdded(pageRecord, counted.pages),
    outputs: pageRecord.results - counted.outputs,
    callbacks: pageRecord.callbacks - counted.callbacks,
    refused: refused ? 1 : 0,
    lastEmpty: outcome.kind === 'RESULT' && outcome.info !== null ? input : null,
  };
  return { place, position, input, adds };
}

async function sendInputFailed(
  ports: CorePorts,
  definition: RunDefinition,
  { runUid, input, page, attempt, at }: PageRecord,
  error: ErrorRecord,
): Promise<void> {
  if (definition.callback?.on !== 'all') return;
  const refUid = deriveUid(runUid, 'input_failed', { input, page, ending: attempt });
  await sendRecordedCallback(ports, definition, refUid, { type: 'run.input_failed', input, page, error, attempt, at });
}

function inPlace(window: RunWindow, place: number): InHand | null {
  for (const [input, open] of window.open) if (open.place === place) return { input, ...open };
  return null;
}
