import * as z from 'zod';
import type { CallbackAnswer, CallbackSender } from '../../shared/engine/ports.ts';
import type { Action } from '../../shared/sdk/action.ts';
import { defineAction } from '../../shared/sdk/define-action.ts';
import { type Figure, formatFigure, percentile, type Progress, type Report } from './report.ts';
import { openSharedStage, type SharedStage } from './shared-stage.ts';
import type { VirtualClock } from './virtual-clock.ts';

const NEIGHBOUR = '11111111-1111-4111-8111-111111111111';
const OTHER = '22222222-2222-4222-8222-222222222222';
const RECEIVERS = 40;
const POST_TIMEOUT_MS = 15_000;
const ANSWER_MS = 50;
const PAGE_MS = 200;
/** The other workspace launches so often, for so long. */
const EVERY_MS = 500;
const FOR_MS = 20_000;

/** As `npm start` and as the stages `dev` have them. */
const STAGES = [
  { name: 'local', workers: { page: 4, callback: 2 } },
  { name: 'dev', workers: { page: 20, callback: 10 } },
] as const;
type Workers = (typeof STAGES)[number]['workers'];

/** Where the neighbour's callbacks go, none of which is answered. */
const NEIGHBOURS = [
  { name: `${RECEIVERS} paths of one host`, urlOf: (n: number) => `https://silent.example/${n}` },
  { name: `${RECEIVERS} hosts`, urlOf: (n: number) => `https://silent-${n}.example/` },
] as const;

/** What a workspace whose receivers or whose action hang does to another one. Each figure is told as it comes. */
export async function benchNeighbours(progress: Progress): Promise<Report> {
  const figures: Figure[] = [];
  const tell = (figure: Figure): void => {
    figures.push(figure);
    progress(formatFigure(figure));
  };
  for (const { name, workers } of STAGES) {
    const alone = await callbackDelay(workers, true, null);
    tell({ what: `${name}, ${workers.callback} senders: callbacks alone, p95`, value: alone, unit: 'ms' });
    for (const neighbour of NEIGHBOURS) {
      const beside = await callbackDelay(workers, true, neighbour.urlOf);
      const unshared = await callbackDelay(workers, false, neighbour.urlOf);
      const where = `beside ${neighbour.name} that never answer`;
      tell({ what: `  ${where}, p95`, value: beside, unit: 'ms', baseline: unshared });
      tell({
        what: '    so delayed by',
        value: beside - alone,
        unit: 'ms',
        target: { atMost: 1_000 },
        baseline: unshared - alone,
      });
    }
    const took = await runTime(workers, true, false);
    tell({ what: `${name}, ${workers.page} page workers: a run of 100 inputs alone`, value: took, unit: 'ms' });
    const beside = await runTime(workers, true, true);
    const unshared = await runTime(workers, false, true);
    tell({ what: '  beside ten runs whose action hangs', value: beside, unit: 'ms', baseline: unshared });
    tell({
      what: '    so longer, times',
      value: beside / took,
      unit: '',
      target: { atMost: 2 },
      baseline: unshared / took,
    });
  }
  return {
    title: 'Neighbours',
    notes: [
      `Virtual time. Callbacks: a neighbour launches ${RECEIVERS} runs of 10 pages, each with its own receiver; another workspace launches a run of one page every ${EVERY_MS} ms for ${FOR_MS / 1_000} s, its receiver answers in ${ANSWER_MS} ms. From the page's record to the receiver.`,
      `Pages: ten runs of 20 inputs whose action never ends, a second before a run of 100 inputs of ${PAGE_MS} ms each.`,
      'Baseline: the same with no workspace kept to its share.',
    ],
    figures,
  };
}

/** How long callbacks of the other workspace take from their page's record to its receiver, ms, p95. */
async function callbackDelay(
  workers: Workers,
  isShared: boolean,
  urlOf: ((n: number) => string) | null,
): Promise<number> {
  const delays: number[] = [];
  const senderOn = (clock: VirtualClock): CallbackSender => ({
    async post({ workspaceUid, body, signal }) {
      if (workspaceUid === NEIGHBOUR) return silence(clock, signal);
      delays.push(clock.now() - Date.parse((JSON.parse(body) as { occurred_at: string }).occurred_at)); // cast: ours
      await clock.sleep(ANSWER_MS);
      return { kind: 'answered', status: 204, body: '', retryAfter: undefined };
    },
  });
  const stage = openSharedStage({ actions: [pages()], workers, isShared, senderOn });
  if (urlOf !== null) {
    for (let n = 0; n < RECEIVERS; n += 1) {
      const run = { workspaceUid: NEIGHBOUR, actionName: 'pages', inputs: [{ pages: 10 }], callbackUrl: urlOf(n) };
      await stage.launch(run);
    }
  }
  for (let at = 0; at < FOR_MS; at += EVERY_MS) {
    await launchOther(stage, [{ pages: 1 }]);
    await stage.clock.sleep(EVERY_MS);
  }
  await stage.clock.sleep(FOR_MS); // what is late comes at last
  stage.close();
  return percentile(delays, 0.95);
}

/** How long a run of the other workspace takes, ms, from its launch to the word of its end. */
async function runTime(workers: Workers, isShared: boolean, hasNeighbour: boolean): Promise<number> {
  const ended = Promise.withResolvers<void>();
  const senderOn = (): CallbackSender => ({
    async post({ workspaceUid, body }) {
      if (workspaceUid === OTHER && body.includes('"run.finished"')) ended.resolve();
      return { kind: 'answered', status: 204, body: '', retryAfter: undefined };
    },
  });
  const clocks: { clock: VirtualClock | null } = { clock: null };
  const slow = pages(() => clocks.clock);
  const stage = openSharedStage({ actions: [slow, hang()], workers, isShared, senderOn });
  clocks.clock = stage.clock;
  for (let n = 0; n < (hasNeighbour ? 10 : 0); n += 1) {
    const inputs = Array.from({ length: 20 }, () => ({ pages: 1 }));
    await stage.launch({
      workspaceUid: NEIGHBOUR,
      actionName: 'hang',
      inputs,
      callbackUrl: 'https://neighbour.example/',
    });
  }
  await stage.clock.sleep(1_000);
  const startedAt = stage.clock.now();
  await launchOther(
    stage,
    Array.from({ length: 100 }, () => ({ pages: 1 })),
  );
  await ended.promise;
  const took = stage.clock.now() - startedAt;
  stage.close();
  return took;
}

function launchOther(stage: SharedStage, inputs: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
  return stage.launch({
    workspaceUid: OTHER,
    actionName: 'pages',
    inputs,
    callbackUrl: 'https://well.example/',
  });
}

/** What a receiver says that never answers. */
async function silence(clock: VirtualClock, signal: AbortSignal): Promise<CallbackAnswer> {
  await new Promise<void>((resolve) => {
    clock.after(POST_TIMEOUT_MS, resolve);
    signal.addEventListener('abort', () => resolve());
  });
  return { kind: 'failed', message: 'timed out' };
}

/** So many pages; each takes its time where there is a clock. */
function pages(clock: () => VirtualClock | null = () => null): Action {
  return actionOf('pages', async ({ pages: count }, cursor) => {
    await clock()?.sleep(PAGE_MS);
    const page = cursor === null ? 0 : Number(cursor);
    return { results: [{ page }], nextCursor: page + 1 < count ? String(page + 1) : null };
  });
}

function hang(): Action {
  return actionOf('hang', () => new Promise(() => undefined));
}

function actionOf(
  name: string,
  give: (
    input: { readonly pages: number },
    cursor: string | null,
  ) => Promise<{ results: { page: number }[]; nextCursor: string | null }>,
): Action {
  return defineAction({
    name,
    title: name,
    description: 'Gives pages.',
    pageSize: 1,
    input: z.strictObject({ pages: z.int().min(1) }),
    parameters: z.strictObject({}),
    result: z.object({ page: z.int() }),
    run: ({ input, cursor }) => give(input, cursor),
  });
}
