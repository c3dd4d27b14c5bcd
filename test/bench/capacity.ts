import { SWEEP_WORK_MS } from '../../shared/domain/timing.ts';
import { type StageSettings, settingsOf } from '../../infra/settings.ts';
import { CHECKS_A_MINUTE, A_MINUTE } from '../../shared/engine/callbacks/release-pace.ts';
import { ANSWER_MS, type MeasuredWork, measureWork, type MessageWork, type RowWork } from './capacity-measure.ts';
import { seatsAmong } from '../../shared/domain/seats.ts';
import { FUNCTIONS, WHOLE_CORE_MB } from '../../shared/functions.ts';
import type { Figure, Progress, Report } from './report.ts';

const STAGES = ['dev', 'prod'] as const;

/** DynamoDB: what one item, or one partition key, takes a second; what a new table on demand takes until it has grown. */
const ITEM_WRITE_UNITS = 1_000;
const NEW_TABLE_WRITE_UNITS = 4_000;
/** EventBridge Scheduler, quotas: fires a second of an account. */
const FIRES_A_SECOND = 1_000;
/** A fire is waited for so long before the sweep sees to its time (shared/domain/fire.ts). */
const ON_TIME_SECONDS = 120;
/** From the return of a receiver to the sweep that sends on: a probe, its look at a whole minute, and the next sweep. */
const PROBE_MINUTES = 5 + 2 + 1;
const HELD = 100_000;

/** What bounds a figure. */
interface Bound {
  readonly by: string;
  readonly value: number;
}

/** What the settings of a stage sustain, and what bounds it first: arithmetic over what the same run has measured. */
export async function benchCapacity(progress: Progress): Promise<Report> {
  const work = await measureWork(progress);
  return {
    title: 'Capacity: what the settings of a stage sustain',
    notes: [
      `Measured in this run: waits at 4 ms a DynamoDB call and 8 ms an SQS call, actions and receivers of ${ANSWER_MS} ms, one host of receivers; CPU of this machine, a request at ${work.requestMs.toFixed(3)} ms of it, TLS left out.`,
      'An invocation takes what it waits and then its CPU, by its memory’s share of a core: they overlap in truth. Batches are full, as under load.',
      'Below each figure what bounds it, the first bottleneck first. A page that is delivered needs a callback besides.',
      'Nothing of this ran in AWS. On top come the account’s quota (1,000 invocations at once, 10 of a new one), the ramp of its event sources, and a new table’s 4,000 write units a second, until it has grown by being used.',
    ],
    figures: [...STAGES.flatMap((stage) => figuresOf(stage, settingsOf(stage), work)), ...measuredFigures(work)],
  };
}

function figuresOf(stage: string, settings: StageSettings, work: MeasuredWork): Figure[] {
  const { workerConcurrency, apiThrottle, runtime } = settings;
  const prod = (atLeast: number): number | null => (stage === 'prod' ? atLeast : null);
  const workers = (name: 'page' | 'callback' | 'control', of: MessageWork): Bound => ({
    by: `workerConcurrency.${name} ${workerConcurrency[name]}`,
    value: workerConcurrency[name] * messagesASecond(of, FUNCTIONS[name].memoryMb),
  });
  const pages = workers('page', work.page);
  const callbacks = workers('callback', work.callback);
  const fires = workers('control', work.fire);
  const rows = rowsAMinute(work.endedRun);
  const seats = seatsAmong(workerConcurrency.callback); // an attempt that is not the first needs one
  const heldAMinute = [
    { by: 'ten looks of a sweep (release-pace.ts)', value: CHECKS_A_MINUTE * A_MINUTE },
    { by: 'the time of a sweep', value: rowsAMinute(work.held) },
    {
      by: `the seats of workerConcurrency.callback ${workerConcurrency.callback}: ${seats}`,
      value: (60 * callbacks.value * seats) / workerConcurrency.callback,
    },
  ];
  return [
    ...bounded(`${stage}: pages a second`, [pages], prod(2_000), work.page.writeUnits),
    ...bounded(`${stage}: pages a second of one run`, [
      {
        by: `runtime.inputsInFlight ${runtime.inputsInFlight}`,
        value: (runtime.inputsInFlight * 1_000) / work.page.batchMs,
      },
      { by: 'the window, one item: 1,000 write units a second', value: ITEM_WRITE_UNITS / work.page.windowUnits },
      pages,
    ]),
    ...bounded(`${stage}: callbacks a second`, [callbacks], prod(1_000), work.callback.writeUnits),
    ...bounded(
      `${stage}: runs of one page a second`,
      [
        { by: `apiThrottle.perSecond ${apiThrottle.perSecond}`, value: apiThrottle.perSecond },
        scaled(pages, 1 / work.run.pages),
        scaled(callbacks, 1 / work.run.callbacks),
        { by: 'the sweep, which looks at each once', value: rows / work.endedRun.rows / 60 },
      ],
      null,
      work.run.writeUnits,
    ),
    ...bounded(
      `${stage}: schedules of one instant that fire within two minutes`,
      [
        scaled(fires, ON_TIME_SECONDS / work.fire.messages),
        { by: 'EventBridge, 1,000 a second', value: FIRES_A_SECOND * ON_TIME_SECONDS },
      ],
      prod(60_000),
      work.fire.writeUnits / ON_TIME_SECONDS,
    ),
    ...bounded(`${stage}: due rows a minute`, [{ by: 'the time and CPU of a sweep', value: rows }]),
    ...bounded(`${stage}: held callbacks sent on a minute`, heldAMinute, prod(5_500)),
    {
      what: `  minutes for ${HELD.toLocaleString('en-US')} of them, from the return of their receiver`,
      value: PROBE_MINUTES + HELD / first(heldAMinute).value,
      unit: '',
      ...(stage === 'prod' ? { target: { atMost: 20 } } : {}),
    },
  ];
}

function scaled({ by, value }: Bound, factor: number): Bound {
  return { by, value: value * factor };
}

/** A figure by the least of its bounds, then all of them, the least first; `units` are the write units of one of it. */
function bounded(
  what: string,
  bounds: readonly Bound[],
  atLeast: number | null = null,
  units: number | null = null,
): Figure[] {
  const sorted = bounds.toSorted((one, other) => one.value - other.value);
  const { value: least } = first(bounds);
  const onNewTable = units === null ? Infinity : NEW_TABLE_WRITE_UNITS / units;
  return [
    { what, value: least, unit: '', ...(atLeast === null ? {} : { target: { atLeast } }) },
    ...sorted.map(({ by, value }, index) => ({ what: `  ${index === 0 ? 'first' : 'then'} ${by}`, value, unit: '' })),
    ...(onNewTable < least ? [{ what: '  while the table is new', value: onNewTable, unit: '' }] : []),
  ];
}

function first(bounds: readonly Bound[]): Bound {
  const [least] = bounds.toSorted((one, other) => one.value - other.value);
  if (least === undefined) throw new Error('A figure without a bound.');
  return least;
}

/** Of one worker with so much memory. */
function messagesASecond({ batch, batchMs, cpuMs }: MessageWork, memoryMb: number): number {
  return (1_000 * batch) / (batchMs + (batch * cpuMs * WHOLE_CORE_MB) / memoryMb);
}

function rowsAMinute({ waitMs, cpuMs }: RowWork): number {
  return SWEEP_WORK_MS / (waitMs + (cpuMs * WHOLE_CORE_MB) / FUNCTIONS.sweep.memoryMb);
}

function measuredFigures({ page, callback, fire, run, endedRun, held }: MeasuredWork): Figure[] {
  const message = (what: string, { batch, batchMs, cpuMs }: MessageWork): Figure[] => [
    { what: `measured: ${what}, an invocation waits`, value: batchMs, unit: 'ms' },
    { what: '  messages of it', value: batch, unit: '' },
    { what: '  CPU a message', value: cpuMs, unit: 'ms' },
  ];
  const row = (what: string, { waitMs, cpuMs }: RowWork): Figure[] => [
    { what: `measured: ${what}, waits a row`, value: waitMs, unit: 'ms' },
    { what: '  CPU a row', value: cpuMs, unit: 'ms' },
  ];
  const units = (value: number): Figure => ({ what: '  write units', value, unit: '' });
  return [
    ...message('pages', page),
    units(page.writeUnits),
    { what: '    of these the window', value: page.windowUnits, unit: '' },
    ...message('callbacks', callback),
    units(callback.writeUnits),
    ...message('times of schedules', fire),
    { what: '  messages a time', value: fire.messages, unit: '' },
    { ...units(fire.writeUnits), what: '  write units, with its run of one page' },
    { what: 'measured: a run of one page, write units', value: run.writeUnits, unit: '' },
    ...row('looks at ended runs', endedRun),
    ...row('held callbacks', held),
  ];
}
