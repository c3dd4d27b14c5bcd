import { deriveUid } from '../../shared/domain/ids.ts';
import { partStarts } from '../../shared/domain/callback.ts';
import type { RunControl, RunDefinition } from '../../shared/domain/run.ts';
import type { ErrorRecord } from '../../shared/domain/errors.ts';
import type { Letters } from './letters.ts';
import type { RecordedPage, Records } from './records.ts';
import type { CustomData, GivenPage, InputScript, Truth } from './truth.ts';

/** An async run: what is on record beside what really happened. */
export interface RunTruth {
  readonly control: RunControl;
  readonly definition: RunDefinition;
  readonly inputs: readonly InputTruth[];
  /** Uids of the callbacks its inputs call for: each part of each recorded page, each failure ever recorded. */
  readonly callbacks: readonly string[];
  /** Uids of the run.finished of its endings. */
  readonly finishes: readonly string[];
  /** The message that was to start it died, and it was ended for that: not every input has had its turn. */
  readonly startDied: boolean;
}

export interface InputTruth {
  readonly index: number;
  /** Null: one its action refuses. Undefined scripts do not occur: each run is that of a launch. */
  readonly script: InputScript | null;
  readonly customData: CustomData | null;
  readonly pages: readonly RecordedPage[];
  readonly given: readonly GivenPage[];
  /** JSON bytes of the input, which every part of a callback repeats. */
  readonly bytes: number;
}

/** All async runs; a run is found by the name its launch gave it, for its caller may have been told nothing. */
export async function runTruths(
  records: Records,
  truth: Truth,
  seen: { readonly failures: ReadonlyMap<string, ReadonlySet<string>>; readonly letters: Letters },
): Promise<readonly RunTruth[]> {
  const found: RunTruth[] = [];
  const given = Map.groupBy(truth.pages, ({ runUid, input }) => `${runUid}:${input}`);
  for (const uid of records.runUids()) {
    const control = records.control(uid);
    const definition = records.definition(uid);
    if (control === null || definition === null || definition.mode === 'LIVE') continue;
    const launch = truth.launches.find(({ body }) => body.name === definition.name);
    const inputs: InputTruth[] = [];
    for (let index = 0; index < definition.inputsTotal; index += 1) {
      const input = launch?.body.inputs[index] ?? scheduledInput(truth, given.get(`${uid}:${index}`) ?? []);
      inputs.push({
        index,
        script: input === undefined || 'broken' in input ? null : input,
        customData: input === undefined || !('custom_data' in input) ? null : (input.custom_data ?? null),
        pages: await records.pages(uid, index),
        given: given.get(`${uid}:${index}`) ?? [],
        bytes: bytesOf(input),
      });
    }
    const endings = Array.from({ length: control.endings }, (_, at) => at + 1);
    const finishes = endings.map((ending) => deriveUid(uid, 'run_finished', { ending }));
    const callbacks = callbacksOf(definition, inputs, seen.failures.get(uid) ?? new Set());
    const startDied = seen.letters.hasStart(control) && isOfNoInput(control.lastError, inputs);
    found.push({ control, definition, inputs, finishes, callbacks, startDied });
  }
  return found;
}

/** Whether a run says that something of ours went wrong, and it was none of its pages. */
export function isOfNoInput(error: ErrorRecord | null, inputs: readonly InputTruth[]): boolean {
  if (error?.error_label !== 'INTERNAL_ERROR') return false;
  return inputs.every(({ pages }) => {
    const outcome = pages.at(-1)?.slot.outcome;
    return outcome?.kind !== 'FAILURE' || outcome.error.error_ref !== error.error_ref;
  });
}

/** The input of a schedule that a run asked the upstream for: which it has depends on when the run was decided. */
function scheduledInput({ schedules }: Truth, [first]: readonly GivenPage[]): InputScript | undefined {
  const inputs = schedules.flatMap(({ acts }) => acts.flatMap(({ body }) => body.inputs ?? []));
  return first === undefined ? undefined : inputs.find(({ key }) => key === first.key);
}

function callbacksOf(
  definition: RunDefinition,
  inputs: readonly InputTruth[],
  failures: ReadonlySet<string>,
): readonly string[] {
  if (definition.callback?.on !== 'all') return [];
  const parts = inputs.flatMap(({ index, pages, bytes }) =>
    pages.flatMap(({ slot, sizes }) => {
      if (slot.outcome.kind === 'FAILURE') return [];
      const at = { input: index, page: slot.page };
      return partStarts(sizes, bytes).map((_, part) => deriveUid(definition.uid, 'page', { ...at, part: part + 1 }));
    }),
  );
  return [...failures, ...parts];
}

/** As it is stored: the action's input, and beside it what only the receiver sees. */
function bytesOf(given: Truth['launches'][number]['body']['inputs'][number] | undefined): number {
  const { custom_data: customData = null, ...input } = given ?? { broken: 0 };
  return Buffer.byteLength(JSON.stringify({ input, customData }));
}
