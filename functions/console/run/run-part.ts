import { hasEnded, type RunDetail, type RunHandle } from '../../../shared/client/trireme.ts';

/** What every part of a run's screen gets. */
export interface RunPart {
  readonly run: RunDetail;
  readonly handle: RunHandle;
  /** After a verb: the run may move again. */
  readonly onChanged: () => void;
}

/** Whether nothing about the run changes by itself any more. */
export function isSettled(run: RunDetail): boolean {
  return hasEnded(run) && run.callbacks.pending === 0;
}
