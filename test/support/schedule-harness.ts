import { LAUNCH_DEFAULTS } from '../../shared/domain/launch-terms.ts';
import { openScheduler } from '../../infra/local/scheduler/open-scheduler.ts';
import { createEntryScheduler } from '../../shared/aws/entry-scheduler.ts';
import { decodeMessage } from '../../shared/aws/messages.ts';
import type { Fire } from '../../shared/domain/fire.ts';
import type { Schedule } from '../../shared/domain/schedule.ts';
import type { FireMessage } from '../../shared/engine/messages.ts';
import { putSchedule, type ScheduleLaunch } from '../../shared/engine/schedules/put-schedule.ts';
import type { Action } from '../../shared/sdk/action.ts';
import { createEngineHarness, type EngineHarness, START } from './engine-harness.ts';
import { connect } from './open-test-scheduler.ts';

/** The engine with the stand-in of EventBridge Scheduler, both on the hand-turned clock. */
export interface ScheduleHarness extends EngineHarness {
  /** Fires as EventBridge delivered them. */
  readonly delivered: readonly FireMessage[];
  /** Names and expressions of the entries EventBridge holds. */
  entries(): Promise<readonly string[]>;
  /** Deletes all entries behind the engine's back. */
  loseEntries(): Promise<void>;
  /** Switches all entries off behind the engine's back. */
  disableEntries(): Promise<void>;
  /** When the engine asked EventBridge for an entry. */
  readonly audits: readonly number[];
  /** What becomes of a fire on its way: as often as told it reaches the queue. Once each unless set. */
  copies(of: (fire: FireMessage) => number): void;
  put(wanted: Partial<ScheduleLaunch> & Pick<ScheduleLaunch, 'cron' | 'scheduleAt'>): Promise<Schedule>;
  read(uid: string): Promise<Schedule>;
  /** The ledger, oldest first. */
  fires(uid: string): Promise<readonly Fire[]>;
  /** Runs on to an instant, with EventBridge's clock struck at least every `stepMs` (a minute). */
  turnTo(at: number, stepMs?: number): Promise<void>;
}

/** Makes one whose callers ask for runs of the first action. */
export function createScheduleHarness(options: {
  readonly actions: readonly Action[];
  readonly input: Readonly<Record<string, unknown>>;
}): ScheduleHarness {
  const delivered: FireMessage[] = [];
  let copiesOf: (fire: FireMessage) => number = () => 1;
  let clock = (): number => START; // the world's, once there is one
  const scheduler = openScheduler({
    dir: null,
    now: () => clock(),
    async deliver({ input }) {
      const message = decodeMessage(input);
      if (message.kind !== 'fire') throw new Error(`EventBridge sends fires only, not ${message.kind}.`);
      delivered.push(message);
      for (let copy = copiesOf(message); copy > 0; copy -= 1) harness.queue(message);
    },
  });
  const audits: number[] = [];
  const client = connect({
    ...scheduler,
    handle(request) {
      if (request.method === 'GET') audits.push(clock());
      return scheduler.handle(request);
    },
  });
  const harness: EngineHarness = createEngineHarness({
    actions: options.actions,
    entries: createEntryScheduler(client, {
      group: 'default',
      roleArn: 'arn:aws:iam::000000000000:role/scheduler',
      queueArn: 'arn:aws:sqs:us-east-1:000000000000:control',
      deadLettersArn: 'arn:aws:sqs:us-east-1:000000000000:dead-letters',
    }),
  });

  clock = () => harness.now();

  async function listNames(): Promise<readonly string[]> {
    const { body } = await scheduler.handle({ method: 'GET', path: '/schedules', query: '', body: '' });
    const { Schedules: found }: { Schedules: { Name: string }[] } = JSON.parse(body);
    return found.map(({ Name: name }) => name);
  }

  return {
    ...harness,
    delivered,
    audits,
    copies: (of) => (copiesOf = of),

    async entries() {
      const shown = (await listNames()).map(async (name) => {
        const { body } = await scheduler.handle({ method: 'GET', path: `/schedules/${name}`, query: '', body: '' });
        const { ScheduleExpression: expression }: { ScheduleExpression: string } = JSON.parse(body);
        return `${name} ${expression}`;
      });
      return Promise.all(shown);
    },

    async loseEntries() {
      for (const name of await listNames()) {
        await scheduler.handle({ method: 'DELETE', path: `/schedules/${name}`, query: '', body: '' });
      }
    },

    async disableEntries() {
      for (const name of await listNames()) {
        const path = `/schedules/${name}`;
        const { body } = await scheduler.handle({ method: 'GET', path, query: '', body: '' });
        const disabled = JSON.stringify({ ...JSON.parse(body), State: 'DISABLED' });
        await scheduler.handle({ method: 'PUT', path, query: '', body: disabled });
      }
    },

    async put(wanted) {
      const { schedule } = await putSchedule(harness.ports, {
        workspaceUid: '5a0b1c2d-3e4f-4a5b-8c6d-7e8f90a1b2c3',
        actionName: options.actions[0]?.name ?? '',
        inputs: [options.input],
        parameters: {},
        callback: null,
        name: null,
        ...LAUNCH_DEFAULTS,
        timezone: 'UTC',
        overlap: 'skip',
        catchUpSeconds: 3_600,
        jitterSeconds: 0,
        ...wanted,
      });
      await harness.runUntil(harness.now() + 1_000);
      return schedule;
    },

    async read(uid) {
      const schedule = await harness.ports.schedules.readSchedule(uid);
      if (schedule === null) throw new Error(`There is no schedule ${uid}.`);
      return schedule;
    },

    async fires(uid) {
      const { rows } = await harness.ports.schedules.listFires(uid, null, 1_000);
      return rows.map(({ fire }) => fire).toReversed();
    },

    async turnTo(at, stepMs = 60_000) {
      while (harness.now() < at) {
        const stop = Math.min(at, (Math.floor(harness.now() / stepMs) + 1) * stepMs);
        await harness.runUntil(stop);
        await scheduler.tick();
      }
      await harness.runUntil(harness.now() + 1_000);
    },
  };
}
