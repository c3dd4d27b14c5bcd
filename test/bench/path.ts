import { systemRandom } from '../../shared/process/system.ts';
import type { QueueName } from './bench-queue.ts';
import { openPathSystem, type PathSystem, QUEUE_NAMES, type Worked } from './path-system.ts';
import type { Figure, Progress, Report } from './report.ts';

/** From a queue to the function that takes the message, ms. */
const QUEUE_MS = 20;
const RECKONED = { dynamodbMs: 5, sqsMs: 10 };
/** Each call takes one: what passes is the longest chain of calls, one after another. */
const COUNTED = { dynamodbMs: 1, sqsMs: 1 };
/** Past the minute in which the sweep first looks at a run. */
const SWEPT_AFTER_MS = 200_000;
/** More than lie within a definition: they are chunks of their own. */
const MANY = 1_000;
const ACTION = '/v1/actions/bench-pages';
const CALLBACK = { url: 'https://receiver.example/hook' };

/** Steps by name, in the order in which they were taken; what each took. */
type Steps = ReadonlyMap<string, number>;

interface Round {
  readonly steps: Steps;
  /** From the 202 to the first callback's POST, by the kind of run. */
  readonly firstPost: Steps;
}

/** Which AWS calls wait for each other between a request and its answer, a message and its return. */
export async function benchPath(progress: Progress): Promise<Report> {
  progress('counting');
  const chains = await twoRounds(await openPathSystem(COUNTED, false));
  progress('reckoning');
  const reckoned = await twoRounds(await openPathSystem(RECKONED, true));
  const unwaited = await twoRounds(await openPathSystem(RECKONED, false));
  return {
    title: 'Path: AWS calls one after another, and the time to the first callback',
    notes: NOTES,
    figures: [
      ...chainFigures(chains),
      ...Array.from(reckoned.warm.firstPost, ([name, ms]) => {
        return { what: `202 to the first callback, ${name}`, value: ms, unit: 'ms', target: { atMost: 120 } };
      }),
      ...Array.from(reckoned.warm.firstPost, ([name, ms]) => {
        const value = ms - (unwaited.warm.firstPost.get(name) ?? 0);
        return { what: `  of these, waiting for others, ${name}`, value, unit: 'ms' };
      }),
      ...Array.from(reckoned.cold.firstPost, ([name, ms]) => {
        return { what: `  with functions that are new, ${name}`, value: ms, unit: 'ms' };
      }),
    ],
  };
}

const NOTES = [
  'The real handlers on a table in memory, each message alone; only AWS calls take time on its clock, so what passes is the longest chain. The action and the POST take none.',
  'An input’s last page takes four: its slot says that it ended, then the window counts it and gives its place on, and only then the next input is sent; the control record is read before anything starts.',
  'Every so often (a live call in five, a launch in two, a read in twelve) a process takes its next lot of a workspace’s rate: one call more, before all others. Under an Idempotency-Key it is two more: the key is read, later taken.',
  `Measured: processes that have done the same before, for another run. "New": their first call. Time: ${RECKONED.dynamodbMs} ms a DynamoDB call, ${RECKONED.sqsMs} ms a send, ${QUEUE_MS} ms from queue to function; a stage that has queues wait to fill batches adds that.`,
];

/** The most calls one after another, by the step's name. */
const TARGETS: Readonly<Record<string, number>> = {
  'launch, one input': 4,
  'launch, 20 inputs': 4,
  'launch, 1000 inputs': 4,
  live: 1,
  'page with another after it': 3,
  'page that ends its input': 3,
  'a further callback': 2,
  'run.finished': 2,
  'GET run, at work': 2,
  'GET run, ended and delivered': 2,
};

function chainFigures({ cold, warm }: Rounds): Figure[] {
  return Array.from(warm.steps, ([what, value]) => {
    const atMost = TARGETS[what];
    const isNew = cold.steps.get(what);
    return {
      what: isNew === value || isNew === undefined ? what : `${what} (new: ${isNew})`,
      value,
      unit: 'calls',
      ...(atMost === undefined ? {} : { target: { atMost } }),
    };
  });
}

interface Rounds {
  readonly cold: Round;
  readonly warm: Round;
}

async function twoRounds(system: PathSystem): Promise<Rounds> {
  return { cold: await takeRound(system, false), warm: await takeRound(system, true) };
}

/** `isWarm`: each call of the API is made once before it is measured, as its process remembers a key for a minute. */
async function takeRound(system: PathSystem, isWarm: boolean): Promise<Round> {
  const steps = new Map<string, number>();
  const firstPost = new Map<string, number>();
  const input = { pages: 1, seed: 1 };

  async function call(...asked: Parameters<PathSystem['call']>): ReturnType<PathSystem['call']> {
    if (isWarm) await system.call(...asked);
    return system.call(...asked);
  }

  async function launch(name: string, inputs: readonly unknown[], headers = {}): Promise<string> {
    const body = { inputs, callback: CALLBACK };
    if (isWarm) {
      // One input, so that its run ends within the minute.
      await system.call('launch', { method: 'POST', path: `${ACTION}/run/async`, body: { ...body, inputs: [input] } });
      await drain();
    }
    const answer = await system.call('launch', { method: 'POST', path: `${ACTION}/run/async`, body, headers });
    steps.set(name, answer.ms);
    return String(answer.body['run_uid']);
  }

  async function read(name: string, uid: string): Promise<void> {
    steps.set(name, (await call('run', { method: 'GET', path: `/v1/runs/${uid}` })).ms);
  }

  async function work(name: string, queue: QueueName): Promise<Worked> {
    const worked = await system.work(queue);
    steps.set(name, worked.ms);
    return worked;
  }

  async function drain(): Promise<void> {
    for (let name = fullest(); name !== undefined; name = fullest()) await system.work(name);
  }

  function fullest(): QueueName | undefined {
    return QUEUE_NAMES.find((name) => system.waiting(name) > 0);
  }

  const live = await call('live', { method: 'POST', path: `${ACTION}/run/live`, body: { input } });
  steps.set('live', live.ms);

  const one = await launch('launch, one input', [input]);
  const only = await work('the only page of a run, which lays it out and ends it', 'page');
  const first = await work('first callback of a run', 'callback');
  firstPost.set('a run of one input', QUEUE_MS + sent(only, 'callback') + QUEUE_MS + posted(first));
  await work('run.finished', 'callback');
  await drain();
  await system.sweepAfter(SWEPT_AFTER_MS);
  await read('GET run, ended and delivered', one);

  for (const count of [20, MANY]) {
    const inputs = Array.from({ length: count }, (_, seed) => ({ pages: seed % 2 === 0 ? 3 : 1, seed }));
    const uid = await launch(`launch, ${count} inputs`, inputs);
    const dispatch = await work(`dispatch of ${count} inputs`, 'control');
    const page = await work(`first page of ${count} inputs`, 'page');
    const callback = await work(`first callback of ${count} inputs`, 'callback');
    const ms = QUEUE_MS + sent(dispatch, 'page') + QUEUE_MS + sent(page, 'callback') + QUEUE_MS + posted(callback);
    firstPost.set(`a run of ${count} inputs`, ms);
    if (count === MANY) {
      await work('page that ends its input', 'page');
      await work('page with another after it', 'page');
      await work('a further callback', 'callback');
      await read('GET run, at work', uid);
    }
    await drain();
  }
  const headers = { 'idempotency-key': systemRandom.uuid() };
  await launch('launch with an Idempotency-Key', [input], headers);
  await drain();
  return { steps, firstPost };
}

function sent({ sentAfter }: Worked, queue: QueueName): number {
  const after = sentAfter.get(queue);
  if (after === undefined) throw new Error(`Nothing was sent to the queue ${queue}.`);
  return after;
}

function posted({ postedAfter }: Worked): number {
  if (postedAfter === null) throw new Error('No callback was posted.');
  return postedAfter;
}
