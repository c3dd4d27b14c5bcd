import { UPLOAD_PUT_MS } from '../../../shared/domain/timing.ts';
import { SeededRandom } from '../random.ts';
import { type Verb, VERBS } from '../truth.ts';
import type { LaunchBody } from '../launch-body.ts';
import { badFile, drawFile, fileOf } from './draw-file.ts';
import type { UploadFile } from './upload-truth.ts';

/** What callers do with one upload. Times of launches are ms after the upload was opened. */
export interface UploadPlan {
  readonly workspace: number;
  /** When it is opened, ms after the start. */
  readonly at: number;
  readonly file: UploadFile;
  /** When it is put, ms after it was opened; null: never. */
  readonly putAfter: number | null;
  /** When another file is put to its URL, ms after it was put; null: never. */
  readonly otherAfter: number | null;
  readonly launches: readonly UploadLaunchPlan[];
  /** When another workspace asks for it; null: never. */
  readonly strangerAfter: number | null;
}

export interface UploadLaunchPlan {
  readonly after: number;
  /** Less the upload's uid. */
  readonly body: LaunchBody;
  /** When else it is sent under the same key, ms after the first; null: it has no key and is sent once. */
  readonly again: readonly number[] | null;
  /** How long after its launch it starts, ms; null: at once. */
  readonly startsAfter: number | null;
  /** The launch whose run it waits for, if that was told by then; absent: none. */
  readonly dependsOn?: string;
}

export interface UploadWorkload {
  readonly plans: readonly UploadPlan[];
  /** What the intake reads at a time. */
  readonly readBytes: number;
  /** Of what lines the inputs lie together. */
  readonly chunkBytes: number;
  /** Absent: as drawn for the history. */
  readonly runsAtOnce?: number;
}

interface VerbPlan {
  readonly at: number;
  readonly workspace: number;
  readonly verb: Verb;
  readonly run: string;
}

/** Draws uploads, and the verbs on their runs. */
export function drawUploads(
  seed: number,
  { stormMs, workspaces }: { readonly stormMs: number; readonly workspaces: number },
): { readonly uploads: UploadWorkload; readonly verbs: readonly VerbPlan[] } {
  const inLine = new SeededRandom(seed, 'uploads in line');
  if (inLine.happens(0.1)) return drawInvalidInLine(inLine);
  const random = new SeededRandom(seed, 'uploads');
  const drawn = Array.from({ length: random.pick([1, 2, 2, 3]) }, (_, upload) =>
    drawPlan(random, upload, { stormMs, workspaces }),
  );
  const late = new SeededRandom(seed, 'uploads put late');
  const put = late.happens(0.08) ? drawn.map((plan) => putLate(late, plan)) : drawn;
  const plans = new SeededRandom(seed, 'uploads that wait').happens(0.2) ? inTurn(put) : put;
  const verbs = plans.flatMap(({ at, workspace, launches }) =>
    launches.flatMap(({ after, body }) =>
      random.happens(0.5) ? drawVerbs(random, at + after, stormMs, { workspace, run: body.name }) : [],
    ),
  );
  const longest = Math.max(...plans.map(({ file }) => file.text.length));
  const readBytes = Math.max(40, Math.ceil(longest / random.pick([1, 2, 5, 12])));
  return { uploads: { plans, readBytes, chunkBytes: random.pick([400, 16 * 1024]) }, verbs };
}

/** Has it put about when its URL stops being good, or after, and launched after that. */
function putLate(random: SeededRandom, plan: UploadPlan): UploadPlan {
  const lateMs = UPLOAD_PUT_MS + random.int(-200_000, 200_000);
  const launches = plan.launches.map((launch) => ({ ...launch, after: launch.after + lateMs }));
  return plan.putAfter === null ? plan : { ...plan, putAfter: plan.putAfter + lateMs, launches };
}

/** Has the runs of each further upload of a workspace wait for the first one's. */
function inTurn([first, ...others]: readonly UploadPlan[]): readonly UploadPlan[] {
  if (first === undefined) return [];
  const dependsOn = first.launches[0]?.body.name ?? '';
  const waiting = others.map((plan) =>
    plan.workspace === first.workspace
      ? { ...plan, launches: plan.launches.map((launch) => ({ ...launch, dependsOn })) }
      : plan,
  );
  return [first, ...waiting];
}

/** A run is stopped and resumed before its file is read, in which nothing can run, and another has the only slot. */
function drawInvalidInLine(random: SeededRandom): ReturnType<typeof drawUploads> {
  // So long that the sweep, which looks after a while, has the waiter's file read in line.
  const inputs = [{ key: 'w0 u0 i0', pages: 30, per_page: 1, takes_ms: 45_000 }];
  const planOf = (upload: number, at: number, file: UploadFile): UploadPlan => ({
    workspace: 0,
    at,
    file,
    putAfter: 100,
    otherAfter: null,
    launches: [{ after: 150, body: drawBody(random, 0, `upload ${upload} launch 0`), again: null, startsAfter: null }],
    strangerAfter: null,
  });
  const holder = planOf(0, 0, fileOf(inputs));
  const waiter = planOf(1, Math.round(random.logarithmic(1_000, 4_000)), badFile(random.int(40, 80)));
  const stopAt = waiter.at + 220 + random.int(0, 250);
  const verbOf = (verb: Verb, at: number): VerbPlan => ({
    at: Math.round(at),
    workspace: 0,
    verb,
    run: 'upload 1 launch 0',
  });
  return {
    uploads: { plans: [holder, waiter], readBytes: 40, chunkBytes: 400, runsAtOnce: 1 },
    verbs: [verbOf('cancel', stopAt), verbOf('resume', stopAt + random.logarithmic(100, 2_000))],
  };
}

function drawPlan(
  random: SeededRandom,
  upload: number,
  { stormMs, workspaces }: { readonly stormMs: number; readonly workspaces: number },
): UploadPlan {
  const workspace = random.int(0, workspaces - 1);
  const file = drawFile(random, `w${workspace} u${upload}`);
  const putAfter = random.happens(0.03) ? null : Math.round(random.logarithmic(100, 20_000));
  const launches = Array.from({ length: random.pick([1, 1, 2, 3]) }, (_, launch): UploadLaunchPlan => {
    const isEarly = random.happens(0.12);
    const after = Math.round((putAfter ?? 0) * (isEarly ? 0.5 : 1) + random.logarithmic(10, isEarly ? 20 : 2_000));
    return {
      // One launched twice is launched at once, or again once a claim of which no run came has lapsed.
      after: launch > 0 && random.happens(0.3) ? after + random.int(60_000, 120_000) : after,
      body: drawBody(random, workspace, `upload ${upload} launch ${launch}`),
      again: random.happens(0.5) ? drawRepeats(random, stormMs) : null,
      startsAfter: random.happens(0.15) ? Math.round(random.logarithmic(500, stormMs)) : null,
    };
  });
  return {
    workspace,
    at: random.int(0, random.pick([3_000, Math.round(stormMs / 2)])),
    file,
    putAfter,
    otherAfter: random.happens(0.3) ? Math.round(random.logarithmic(1, 60_000)) : null,
    launches,
    strangerAfter: random.happens(0.3) ? Math.round(random.logarithmic(100, 60_000)) : null,
  };
}

function drawBody(random: SeededRandom, workspace: number, name: string): LaunchBody {
  const url = `https://hooks.example.com/${workspace}/${name.replaceAll(' ', '-')}`;
  return {
    name,
    ...(random.happens(0.9) ? { callback: { url, ...(random.happens(0.2) ? { on: 'final' as const } : {}) } } : {}),
    ...(random.happens(0.6) ? { on_invalid_input: random.pick(['skip', 'skip', 'skip', 'reject'] as const) } : {}),
    ...(random.happens(0.08) ? { deadline_seconds: random.pick([60, 120, 900]) } : {}),
    ...(random.happens(0.15) ? { parameters: { max_results: random.int(1, 6) } } : {}),
  };
}

/** At once, while the first is at work, or when its lease (35 s) has lapsed. */
function drawRepeats(random: SeededRandom, stormMs: number): readonly number[] {
  return Array.from({ length: random.pick([0, 1, 2]) }, () =>
    random.happens(0.4) ? 0 : Math.round(random.logarithmic(5, Math.max(60_000, stormMs))),
  );
}

/** Most while the upload is read, some long after. */
function drawVerbs(
  random: SeededRandom,
  launchedAt: number,
  stormMs: number,
  on: Pick<VerbPlan, 'workspace' | 'run'>,
): readonly VerbPlan[] {
  const stopAt = launchedAt + random.logarithmic(40, 4_000);
  const stop: VerbPlan = { ...on, at: Math.round(stopAt), verb: 'cancel' };
  if (random.happens(0.2)) return [stop];
  if (random.happens(0.5)) {
    return [stop, { ...on, at: Math.round(stopAt + random.logarithmic(20, 120_000)), verb: 'resume' }];
  }
  return Array.from({ length: random.int(1, 4) }, () => ({
    ...on,
    at: Math.round(launchedAt + random.logarithmic(40, 2 * stormMs)),
    verb: random.pick(VERBS),
  }));
}
