import { hasEnded, type RunDetail, type RunHandle } from '../client/trireme.ts';
import { CommandFailed } from './command-failed.ts';
import { explainFaults, faultOf } from './explain.ts';
import { createProgressLine, progressText } from './progress.ts';

/**
 * Waits until a run has ended, with one line of progress on standard error. Ctrl-C ends the wait and not the run:
 * throws CommandFailed then, which says how to go on.
 */
export async function waitForRun(run: RunHandle, program: string): Promise<RunDetail> {
  const stop = new AbortController();
  const onInterrupt = (): void => stop.abort();
  process.once('SIGINT', onInterrupt);
  const line = createProgressLine(process.stderr);
  try {
    return await run.wait({ signal: stop.signal, onProgress: (state) => line.show(progressText(state)) });
  } catch (error) {
    const [code, why] = stop.signal.aborted ? ([130, ''] as const) : ([1, `${faultOf(error)} `] as const);
    throw new CommandFailed(code, `${why}The run goes on. To wait for it again, or to end it:`, error, [
      `  ${program} run wait ${run.uid}`,
      `  ${program} run cancel ${run.uid}`,
    ]);
  } finally {
    line.end();
    process.off('SIGINT', onInterrupt);
  }
}

/** Throws CommandFailed for a run that has ended otherwise than SUCCEEDED. `placeOf`: see explainFaults. */
export function checkSucceeded(run: RunDetail, placeOf?: (path: string) => string): void {
  if (!hasEnded(run) || run.status === 'SUCCEEDED') return;
  const { message = '', validation_errors: faults = null } = run.last_error ?? {};
  const why = message === '' ? `The run ended ${run.status}.` : `The run ended ${run.status}: ${message}`;
  const [head, ...lines] = faults === null || faults.length < 2 ? [why] : explainFaults(why, faults, placeOf);
  throw new CommandFailed(3, head, undefined, lines);
}
