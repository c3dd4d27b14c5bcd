import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { DeleteItemCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { duePartition } from '../../shared/storage/keys.ts';
import { alarmState, type MetricData } from '../support/cloudwatch/alarm-state.ts';
import { metricsOfAnswers, metricsOfLines, metricsOfLogs, metricsOfQueue } from '../support/cloudwatch/emitted.ts';
import { type LocalTestSystem, startLocalSystem } from '../support/local-system.ts';
import { until } from '../support/until.ts';
import { listResources, stackOf } from './stack-fixture.ts';

/** The stage that runs here; its alarms are those of every stage. */
const stack = stackOf('local');
const MINUTE_MS = 60_000;

let system: LocalTestSystem;
/** Statuses of the answers so far. */
const statuses: number[] = [];

beforeAll(async () => {
  system = await startLocalSystem({ chaos: null });
  // On a busy machine a first start may take longer than Lambda gives it: that fault is none to be seen here.
  for (const path of ['/v1/runs', '/v1/schedules', '/v1/runs/none']) {
    await until(`an answer at ${path}`, async () => ((await system.api.send('GET', path)).status < 500 ? path : null));
  }
  await until('a sweep', async () => ((await sweepOnce()).kind === 'succeeded' ? 'swept' : null));
});
afterAll(() => system.close());

describe('while all is well', () => {
  it('no alarm rises, whatever callers and actions do wrong', async () => {
    const of = await emittedBy(async () => {
      await call('POST', '/v1/actions/search-cities/run/live', { input: { country: 'NL' } }, 200);
      await call('POST', '/v1/actions/search-cities/run/live', { input: { country: 7 } }, 400);
      await call('POST', '/v1/actions/no-such-action/run/live', { input: {} }, 404);
      await call('POST', '/v1/actions/http-request/run/live', { input: { url: 'http://127.0.0.1:9/' } }, 424);
      const inputs = [{ country: 'NL' }, { url: 3 }];
      const body = { inputs, on_invalid_input: 'skip' };
      const { run_uid: uid } = await call('POST', '/v1/actions/search-cities/run/async', body, 202);
      await ended(String(uid));
      await sweepOnce();
    });
    expect(raisedBy(of)).toEqual([]);
    const ofCallers = of.logs.filter(({ message }) => JSON.stringify(message).includes('BAD_INPUT'));
    expect(ofCallers.map(({ level }) => level)).toContain('WARN');
    expect(ofCallers.filter(({ message }) => Object.hasOwn(Object(message), 'stack'))).toEqual([]);
  });
});

describe('an alarm rises', () => {
  it('where EventBridge Scheduler refuses what control asks, though the caller is answered 201', async () => {
    const repair = deny('control', 'scheduler:*');
    const of = await emittedBy(async () => {
      const body = { inputs: [{ country: 'NL' }], cron: '0 9 * * *' };
      const { uid } = await call('POST', '/v1/actions/search-cities/run/schedule', body, 201);
      const line = await until('an error line', () => errorLine(String(uid)));
      await sweepOnce();
      expect(line.message).toMatchObject({ schedule_uid: uid, stack: expect.stringContaining('AccessDenied') });
    });
    repair();
    expect(raisedBy(of)).toEqual(['ErrorLinesAlarm']);
  });

  it('where the API answers 500, and its line has the error_ref', async () => {
    const repair = deny('runs', 'dynamodb:Query');
    const of = await emittedBy(async () => {
      const refs: unknown[] = [];
      for (let count = 0; count < 5; count += 1) {
        refs.push((await call('GET', '/v1/runs', undefined, 500))['error_ref']);
      }
      for (const ref of refs) expect(errorLine(String(ref))).not.toBeNull();
      await sweepOnce();
    });
    repair();
    expect(raisedBy(of)).toEqual(['ErrorLinesAlarm', 'ServerErrorsAlarm']);
  });

  it('where the gateway answers 5xx by itself, and no function has logged anything', () => {
    const answers = [200, 503, 503, 429, 503, 503, 200];
    expect(raised(metricsOfAnswers(stack, [...answers, 503]))).toContain('ServerErrorsAlarm');
    expect(raised(metricsOfAnswers(stack, answers))).not.toContain('ServerErrorsAlarm');
  });

  it('where a message is dead', async () => {
    const of = await emittedBy(async () => {
      await send('DeadLetterQueue', 'no message of ours');
      await until('its line', () => errorLine('no message of ours'));
      await sweepOnce();
    });
    expect(raisedBy(of)).toEqual(['DeadLettersAlarm', 'ErrorLinesAlarm']);
  });

  it('where a due row fails, once and for as long as it does, and where one waits', async () => {
    const at = Date.now() - 11 * MINUTE_MS;
    const row = { pk: { S: duePartition(4) }, sk: { S: `${at}#audit#later` } };
    const { dynamodb, TableName } = tableOf();
    const first = await emittedBy(async () => {
      await dynamodb.send(new PutItemCommand({ TableName, Item: row }));
      await sweepOnce();
    });
    expect(raisedBy(first)).toEqual(['DueRowsAlarm', 'ErrorLinesAlarm']);
    expect(errorLine(row.sk.S)?.message).toMatchObject({ partition: 4, failures: 1 });
    const second = await emittedBy(sweepOnce);
    expect(raisedBy(second)).toEqual([]); // put off for now, and each sweep says that it fails
    expect(second.logs.map(({ message }) => message)).toContainEqual(expect.objectContaining({ failing_rows: 1 }));
    await dynamodb.send(new DeleteItemCommand({ TableName, Key: row }));
    expect(raisedBy(await emittedBy(sweepOnce))).toEqual([]);
  });

  it('where the sweep may not read the table, and where none comes to its end', async () => {
    const repair = deny('sweep', 'dynamodb:Query');
    const of = await emittedBy(sweepOnce);
    repair();
    expect(raisedBy(of)).toEqual(['ErrorLinesAlarm']);
    expect(raised([])).toEqual(['DueRowsAlarm']);
  });

  it('where invocations are throttled', () => {
    const throttles = { namespace: 'AWS/Lambda', name: 'Throttles', dimensions: '', values: [1] };
    expect(raised([throttles])).toContain('ThrottlesAlarm');
  });

  it.each([
    ['ran out of time', { type: 'platform.report', record: { status: 'timeout' } }, true],
    ['ended its process', { type: 'platform.runtimeDone', record: { status: 'error' } }, true],
    ['threw', { level: 'ERROR', message: { errorType: 'TypeError', stackTrace: [] } }, true],
    ['could not be loaded', { level: 'FATAL', message: 'text' }, true],
    ['logged an error of its action', { level: 'ERROR', message: { message: 'x', logged_by: 'action' } }, false],
    ['warned', { level: 'WARN', message: { message: 'x' } }, false],
    ['succeeded', { type: 'platform.report', record: { status: 'success' } }, false],
  ])('where a function %s, as it must or must not', (_, line, rises) => {
    const logGroup = system.runtime.plan.functions[0]?.logGroup ?? '';
    expect(raised(metricsOfLines(stack, logGroup, [line])).includes('ErrorLinesAlarm')).toBe(rises);
  });

  // Last: these messages come again and again.
  it.each([
    ['ControlQueue', 30, 'ControlAgeAlarm'],
    ['PageQueue', 30, 'PageAgeAlarm'],
    ['CallbackQueue', 30, 'CallbackAgeAlarm'],
    ['IntakeQueue', 30, 'IntakeAgeAlarm'],
    ['DeadLetterQueue', 15, 'DeadLettersAlarm'],
  ])('where a message stays in the %s for %s minutes', async (queue, minutes, alarm) => {
    const id = listResources(stack, 'AWS::SQS::Queue').find((one) => one.id.startsWith(queue))?.id ?? '';
    const sentAt = Date.now();
    await send(queue, JSON.stringify({ v: 99, kind: `unheard-of-${queue}` })); // as a later release might: it comes again and again
    const told = queue === 'DeadLetterQueue' ? 'is of a later release' : `unheard-of-${queue}`;
    await until('its error', () => errorLine(told));
    expect(await left(queue)).toBeGreaterThan(0);
    const at = (now: number) => metricsOfQueue(id, { seconds: (now - sentAt) / 1_000, deleted: 0 });
    expect(raised(at(sentAt + minutes * MINUTE_MS))).toContain(alarm);
    expect(raised(at(sentAt + minutes * MINUTE_MS - 1_000))).not.toContain(alarm);
  });
});

interface Emitted {
  readonly logs: LocalTestSystem['logs'];
  readonly metrics: readonly MetricData[];
}

/** What the system emitted while this was done, as CloudWatch would have it. */
async function emittedBy(work: () => Promise<unknown>): Promise<Emitted> {
  const [logged, answered] = [system.logs.length, statuses.length];
  system.runtime.resetMeters();
  await work();
  const logs = system.logs.slice(logged);
  // The reader of dead letters takes them one by one, and each ends with its letter being deleted or an error.
  const read = system.runtime.meters().invocations.find(({ functionName }) => functionName.endsWith('-dead-letters'));
  const [letters] = listResources(stack, 'AWS::SQS::Queue').filter(({ id }) => id.startsWith('DeadLetterQueue'));
  const queue = metricsOfQueue(letters?.id ?? '', { seconds: 0, deleted: read?.invocations ?? 0 });
  const answers = metricsOfAnswers(stack, statuses.slice(answered));
  return { logs, metrics: [...metricsOfLogs(stack, logs), ...answers, ...queue] };
}

const raisedBy = ({ metrics }: Emitted): readonly string[] => raised(metrics);

/** The names of the alarms of the template that these metrics raise. */
function raised(metrics: readonly MetricData[]): readonly string[] {
  return listResources(stack, 'AWS::CloudWatch::Alarm')
    .filter(({ properties }) => alarmState(properties, metrics) === 'ALARM')
    .map(({ id }) => /^\w+?Alarm/.exec(id)?.[0] ?? id)
    .toSorted();
}

async function call(method: string, path: string, body: unknown, status: number): Promise<Record<string, unknown>> {
  const answer = await system.api.send(method, path, { body });
  statuses.push(answer.status);
  expect(answer.status, answer.text).toBe(status);
  return Object(answer.body);
}

async function ended(uid: string): Promise<void> {
  await until('the end of a run', async () => {
    const { finished_at: at } = await call('GET', `/v1/runs/${uid}`, undefined, 200);
    return at === null ? null : at;
  });
}

const sweepOnce = () => system.runtime.invoke('Sweep', {});

/** The first error-level line that has this text in it. */
function errorLine(text: string) {
  const found = system.logs.find(({ level, message }) => level === 'ERROR' && JSON.stringify(message).includes(text));
  return found ?? null;
}

/** Denies a function an action of AWS, as a broken deployment would; gives what takes that back. */
function deny(name: string, action: string): () => void {
  const { runtime } = system;
  const fn = runtime.plan.functions.find((one) => one.name === `trireme-local-${name}`);
  const key = runtime.accessKeyIdOf(`trireme-local-${name}`);
  const statements = runtime.plan.roles.find(({ arn }) => arn === fn?.roleArn)?.statements ?? [];
  runtime.gateway.setStatements(key, [...statements, { Effect: 'Deny', Action: action, Resource: '*' }]);
  return () => runtime.gateway.setStatements(key, statements);
}

const clientOptions = () => ({
  endpoint: system.runtime.gateway.url,
  region: 'us-east-1',
  credentials: { ...system.runtime.admin },
});
const queueUrl = (queue: string) => system.runtime.plan.queues.find(({ name }) => name.includes(queue))?.url;

async function send(queue: string, text: string): Promise<void> {
  const command = new SendMessageCommand({ QueueUrl: queueUrl(queue), MessageBody: text });
  await new SQSClient(clientOptions()).send(command);
}

/** Messages that are in a queue, those in hand too. */
async function left(queue: string): Promise<number> {
  const command = new GetQueueAttributesCommand({ QueueUrl: queueUrl(queue), AttributeNames: ['All'] });
  const { Attributes: counts = {} } = await new SQSClient(clientOptions()).send(command);
  return Number(counts['ApproximateNumberOfMessages']) + Number(counts['ApproximateNumberOfMessagesNotVisible']);
}

function tableOf() {
  return { dynamodb: new DynamoDBClient(clientOptions()), TableName: system.runtime.plan.tables[0]?.input.TableName };
}
