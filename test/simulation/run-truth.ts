import { deriveUid } from '../../shared/domain/ids.ts';
import { partStarts } from '../../shared/domain/callback-body.ts';
import type { LivePage } from '../../shared/domain/live-page.ts';
import { endingsOf, type RunControl, type RunDefinition } from '../../shared/domain/run.ts';
import type { ErrorRecord } from '../../shared/domain/errors.ts';
import type { Letters } from './dead-letters.ts';
import type { RecordedPage, Records } from './records.ts';
import type { GivenPage, Truth } from './truth.ts';
import type { CustomData, GivenInput, InputScript, LaunchBody } from './launch-body.ts';

/** An async run: what is on record beside what really happened. */
export interface RunTruth {
  readonly control: RunControl;
  readonly definition: RunDefinition;
  readonly inputs: readonly InputTruth[];
  /** Uids of the callbacks its inputs call for: each part of each recorded page, each failure ever recorded. */
  readonly callbacks: readonly string[];
  /** Uids of the run.finished of its endings. */
  readonly finishes: readonly string[];
  /** The message that was to have its upload read died, and it was ended for that: its inputs are not counted. */
  readonly intakeDied: boolean;
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

/**
 * All async runs, live ones that were handed over among them; a run is found by the name its launch gave it, or by what the
 * cursors of its page are bound to, for its caller may have been told nothing.
 */
export async function runTruths(
  records: Records,
  truth: Truth,
  seen: { readonly failures: ReadonlyMap<string, ReadonlySet<string>>; readonly letters: Letters },
): Promise<readonly RunTruth[]> {
  const found: RunTruth[] = [];
  const tried = truth.pages.filter(({ isCut }) => !isCut);
  const given = Map.groupBy(tried, ({ runUid, input }) => `${runUid}:${input}`);
  for (const uid of records.runUids()) {
    const control = records.control(uid);
    const definition = records.definition(uid);
    if (control === null || definition === null || control.mode === 'LIVE') continue;
    const { livePage } = definition;
    const asked = livePage === null ? undefined : pageScript(truth.walked.get(livePage.boundTo), livePage.number);
    const launch = truth.launches.find(({ body }) => body.name === definition.name);
    const inputsGiven = launch === undefined ? null : givenInputs(truth, launch.body);
    const inputs: InputTruth[] = [];
    for (let index = 0; index < definition.inputsTotal; index += 1) {
      const calls = givenTo(livePage, given.get(`${uid}:${index}`) ?? []);
      const ofRun = inputsGiven === null ? scheduledInput(truth, calls) : inputsGiven[index];
      const input: GivenInput | null | undefined = asked ?? ofRun;
      inputs.push({
        index,
        script: isScript(input) ? input : null,
        customData: input?.custom_data ?? null,
        pages: pagesOf(livePage, await records.pages(uid, index)),
        given: calls,
        bytes: bytesOf(input) + tagBytes(definition),
      });
    }
    const endings = Array.from({ length: endingsOf(control) }, (_, at) => at + 1);
    const finishes = endings.map((ending) => deriveUid(uid, 'run_finished', { ending }));
    const callbacks = callbacksOf(definition, inputs, seen.failures.get(uid) ?? new Set());
    const intakeDied = seen.letters.hasIntake(control) && isOfNoInput(control.lastError, inputs);
    found.push({ control, definition, inputs, finishes, callbacks, intakeDied });
  }
  return found;
}

/** What a script says of one page alone, as of a script of one. */
export function pageScript(script: InputScript | undefined, number: number): InputScript | undefined {
  if (script === undefined) return undefined;
  const fails = script.fails?.flatMap((fail) => (fail.page === number ? [{ ...fail, page: 0 }] : []));
  return { ...script, pages: 1, ...(fails === undefined ? {} : { fails }) };
}

/** Calls for a live call's page, as the run numbers it: page 0, asked for with no cursor; another one is none of its pages. */
function givenTo(livePage: LivePage | null, calls: readonly GivenPage[]): readonly GivenPage[] {
  if (livePage === null) return calls;
  return calls.map((call) => ({
    ...call,
    page: call.page - livePage.number,
    cursor: call.cursor === livePage.cursor ? null : `not ${livePage.cursor ?? 'nothing'}`,
  }));
}

/** The page of a live run, as the run numbers it; an inline call that kept it first wrote down the cursor it asked with. */
function pagesOf(livePage: LivePage | null, pages: readonly RecordedPage[]): readonly RecordedPage[] {
  if (livePage === null) return pages;
  return pages.map((page) => {
    const { cursor } = page.pageRecord;
    return { ...page, pageRecord: { ...page.pageRecord, cursor: cursor === livePage.cursor ? null : cursor } };
  });
}

/** Whether a run says that something of ours went wrong, and it was none of its pages. */
export function isOfNoInput(error: ErrorRecord | null, inputs: readonly InputTruth[]): boolean {
  if (error?.error_label !== 'INTERNAL_ERROR') return false;
  return inputs.every(({ pages }) => {
    const outcome = pages.at(-1)?.pageRecord.outcome;
    return outcome?.kind !== 'FAILURE' || outcome.error.error_ref !== error.error_ref;
  });
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
    pages.flatMap(({ pageRecord, sizes }) => {
      if (pageRecord.outcome.kind === 'FAILURE') return [];
      const at = { input: index, page: pageRecord.page };
      return partStarts(sizes, bytes).map((_, part) => deriveUid(definition.uid, 'page', { ...at, part: part + 1 }));
    }),
  );
  return [...failures, ...parts];
}

/** Every part of a callback repeats the tags, where there are any. */
function tagBytes({ tags }: RunDefinition): number {
  return tags.length === 0 ? 0 : Buffer.byteLength(JSON.stringify({ tags }));
}

/** As it is stored: the action's input, and beside it what only the receiver sees. */
function bytesOf(given: GivenInput | null | undefined): number {
  const { custom_data: customData = null, ...input } = given ?? { broken: 0 };
  return Buffer.byteLength(JSON.stringify({ input, customData }));
}
