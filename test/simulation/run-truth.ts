import { deriveUid } from '../../shared/domain/ids.ts';
import { partStarts } from '../../shared/domain/callback.ts';
import type { RunControl, RunDefinition } from '../../shared/domain/run.ts';
import type { RecordedPage, Records } from './records.ts';
import type { CustomData, GivenInput, GivenPage, InputScript, LaunchBody, Truth } from './truth.ts';

/** An async run: what is on record beside what really happened. */
export interface RunTruth {
  readonly control: RunControl;
  readonly definition: RunDefinition;
  readonly inputs: readonly InputTruth[];
  /** Uids of the callbacks its inputs call for: each part of each recorded page, each failure ever recorded. */
  readonly callbacks: readonly string[];
  /** Uids of the run.finished of its endings. */
  readonly finishes: readonly string[];
}

export interface InputTruth {
  readonly index: number;
  /** Null: one that is no input, or that its action refuses. */
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
  failures: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<readonly RunTruth[]> {
  const found: RunTruth[] = [];
  const given = Map.groupBy(truth.pages, ({ runUid, input }) => `${runUid}:${input}`);
  for (const uid of records.runUids()) {
    const control = records.control(uid);
    const definition = records.definition(uid);
    if (control === null || definition === null || definition.mode === 'LIVE') continue;
    const launch = truth.launches.find(({ body }) => body.name === definition.name);
    const inputsGiven = launch === undefined ? null : givenInputs(truth, launch.body);
    const inputs: InputTruth[] = [];
    for (let index = 0; index < definition.inputsTotal; index += 1) {
      const pagesGiven = given.get(`${uid}:${index}`) ?? [];
      const input = inputsGiven === null ? scheduledInput(truth, pagesGiven) : inputsGiven[index];
      inputs.push({
        index,
        script: isScript(input) ? input : null,
        customData: input?.custom_data ?? null,
        pages: await records.pages(uid, index),
        given: pagesGiven,
        bytes: bytesOf(input),
      });
    }
    const endings = Array.from({ length: control.endings }, (_, at) => at + 1);
    const finishes = endings.map((ending) => deriveUid(uid, 'run_finished', { ending }));
    const callbacks = callbacksOf(definition, inputs, failures.get(uid) ?? new Set());
    found.push({ control, definition, inputs, finishes, callbacks });
  }
  return found;
}

/** What a launch gave, in its body or in the file it names; null: what is no input at all. */
function givenInputs(
  { uploads }: Truth,
  { inputs, inputs_upload_uid: uid }: LaunchBody,
): readonly (GivenInput | null)[] {
  return inputs ?? uploads.find((upload) => upload.uid === uid)?.file.lines ?? [];
}

function isScript(input: GivenInput | null | undefined): input is InputScript {
  return input !== null && input !== undefined && !('broken' in input);
}

/** The input of a schedule that a run asked the upstream for: which it has depends on when the run was decided. */
function scheduledInput({ schedules }: Truth, [first]: readonly GivenPage[]): GivenInput | undefined {
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
function bytesOf(given: GivenInput | null | undefined): number {
  const { custom_data: customData = null, ...input } = given ?? { broken: 0 };
  return Buffer.byteLength(JSON.stringify({ input, customData }));
}
