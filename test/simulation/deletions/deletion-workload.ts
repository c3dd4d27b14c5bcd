import { SeededRandom } from '../random.ts';
import type { Step } from '../step.ts';
import type { UploadPlan } from '../uploads/upload-workload.ts';

/** A caller who deletes a run and asks again until that is done. */
export interface DeletionPlan {
  readonly at: number;
  readonly workspace: number;
  /** The name of a launch, or the key of a live call's input. */
  readonly run: string;
  /** It cancels the run first. */
  readonly cancels: boolean;
  /** How long it waits before it asks again, ms. */
  readonly againMs: number;
  /** It asks once more when it was told that the run is deleted. */
  readonly asksTwice: boolean;
}

/** Who deletes what; most runs are deleted, soon after their launch or long after. */
export function drawDeletions(
  seed: number,
  { steps, uploads }: { readonly steps: readonly Step[]; readonly uploads: readonly UploadPlan[] },
  stormMs: number,
): readonly DeletionPlan[] {
  const random = new SeededRandom(seed, 'deletions');
  const launched = steps.flatMap((step) => (step.kind === 'launch' ? [{ ...step, run: step.body.name }] : []));
  const live = steps.flatMap((step) => (step.kind === 'live' ? [{ ...step, run: step.input.key }] : []));
  const uploaded = uploads.flatMap(({ at, workspace, launches }) =>
    launches.map(({ after, body }) => ({ at: at + after, workspace, run: body.name })),
  );
  return [...launched, ...live, ...uploaded].flatMap(({ at, workspace, run }): readonly DeletionPlan[] => {
    if (!random.happens(0.7)) return [];
    // Beside a verb of the same run, or at any time after its launch.
    const verbs = steps.flatMap((step) => (step.kind === 'verb' && step.run === run ? [step.at] : []));
    const verbAt = verbs[random.int(0, Math.max(0, verbs.length - 1))];
    const isBeside = verbAt !== undefined && random.happens(0.5);
    // One that is cancelled first is deleted while pages of it are in flight.
    const cancels = !isBeside && random.happens(0.4);
    const after = random.logarithmic(50, cancels ? 60_000 : 2 * stormMs);
    const when = isBeside ? verbAt + random.int(-100, 400) : at + after;
    const againMs = Math.round(random.logarithmic(isBeside ? 20 : 500, 120_000));
    return [{ at: Math.max(0, Math.round(when)), workspace, run, cancels, againMs, asksTwice: random.happens(0.3) }];
  });
}
