import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOCAL_STAGE } from '../../infra/settings.ts';
import { receiverUid } from '../../shared/domain/receiver.ts';
import { systemClock } from '../../shared/process/system.ts';
import { createDueStore } from '../../shared/storage/due-store.ts';
import { Table } from '../../shared/storage/table.ts';
import { lineOf } from '../support/cloudwatch/emitted.ts';
import { matchingLines, runQuery } from '../support/cloudwatch/insights-query.ts';
import { type LocalTestSystem, openReceiver, type Receiver, startLocalSystem } from '../support/local-system.ts';
import { until } from '../support/until.ts';
import { listResources, stackOf } from './stack-fixture.ts';

const stack = stackOf(LOCAL_STAGE);

const Widget = z.looseObject({
  type: z.enum(['alarm', 'log', 'metric']),
  properties: z.looseObject({
    title: z.string(),
    query: z.string().optional(),
    metrics: z.array(z.array(z.unknown())).optional(),
  }),
});
const widgets = widgetsOf();
const queries = widgets.flatMap(({ properties: { title, query } }) => (query === undefined ? [] : [{ title, query }]));

let system: LocalTestSystem;
let receiver: Receiver;
/** Where nothing answers. */
const NOWHERE = 'http://127.0.0.1:9/hook';
/** What the gateway logs, by the format in the template. */
const accessLines: unknown[] = [];

beforeAll(async () => {
  system = await startLocalSystem({ chaos: null });
  receiver = await openReceiver();
  await call('POST', '/v1/actions/search-cities/run/live', { input: { country: 'NL' } });
  await call('POST', '/v1/actions/search-cities/run/live', { input: { country: 7 } });
  const inputs = [{ country: 'MT' }, { country: 'LU' }];
  const first = await launch({ inputs, callback: { url: receiver.url } });
  const soon = new Date(Date.now() + 2_000).toISOString();
  const later = await launch({ inputs, callback: { url: receiver.url }, schedule_at: soon });
  const many = Array.from({ length: 8 }, () => ({ country: 'AD' }));
  await launch({ inputs: many, callback: { url: NOWHERE } });
  const waiting = await launch({ inputs, schedule_at: new Date(Date.now() + 86_400_000).toISOString() });
  const dependent = await launch({ inputs, depends_on: [waiting] });
  await logged('a run waits', dependent);
  await call('POST', `/v1/runs/${dependent}/cancel`, {});
  await logged('a run ended', first);
  await logged('a run ended', later);
  await until(
    'callbacks that wait for a receiver',
    () => linesOf('callbacks').find(({ held }) => Number(held) > 0) ?? null,
  );
  await checkReceiver(receiverUid(system.workspaceUid, NOWHERE));
});
afterAll(async () => {
  await receiver.close();
  await system.close();
});

describe('the dashboard', () => {
  it.each(queries)('shows "$title" from lines that functions or the gateway write', ({ query }) => {
    const { groups, commands } = partsOf(query);
    const byGroup = new Map<string, readonly unknown[]>([
      ...Map.groupBy(system.logs, ({ logGroup }) => logGroup)
        .entries()
        .map(([group, logs]) => [group, logs.map(lineOf)] as const),
      [`/aws/vendedlogs/trireme-${LOCAL_STAGE}/api`, accessLines],
    ]);
    const rows = runQuery(
      commands,
      groups.flatMap((group) => byGroup.get(group) ?? []),
    );
    expect(rows).not.toEqual([]);
    for (const value of rows.flatMap((row) => Object.values(row))) {
      expect(value).not.toBeUndefined();
      expect(value).not.toBeNaN();
    }
    // It asks all log groups in which there are such lines.
    const having = Array.from(byGroup.keys()).filter((group) => {
      const isAccess = groups.some((one) => one.startsWith('/aws/vendedlogs'));
      return (
        isAccess === group.startsWith('/aws/vendedlogs') && matchingLines(commands, byGroup.get(group) ?? []).length > 0
      );
    });
    expect(groups).toEqual(expect.arrayContaining(having));
  });

  it('counts what happened', async () => {
    const rows = (title: string) => {
      const { query = '' } = queries.find((one) => one.title === title) ?? {};
      return runQuery(partsOf(query).commands, [...system.logs.map(lineOf), ...accessLines]);
    };
    expect(rows('Live calls, by status').map(({ key, calls }) => [...key, calls])).toEqual([
      ['200', 1],
      ['400', 1],
    ]);
    expect(rows('Async runs that ended, by status')).toContainEqual({ key: ['STOPPED'], runs: 1 });
    expect(rows('Async runs that waited, by reason')).toContainEqual({ key: ['DEPENDENCY'], runs: 1 });
    expect(rows('Receivers that were away').map(({ key }) => key)).toEqual([
      [system.workspaceUid, receiverUid(system.workspaceUid, NOWHERE)],
    ]);
    const sum = (name: string) =>
      rows('Attempts at callbacks, by outcome').reduce((total, row) => total + Number(row[name]), 0);
    const finished = () => receiver.requests.filter(({ body }) => body.includes('run.finished')).length;
    await until('both runs to have called back', () => (finished() === 2 ? true : null));
    await until('all that came to be logged', () => (sum('delivered') === receiver.requests.length ? true : null));
    expect(sum('given_up')).toBe(0);
    // A run that was to start later does not count.
    const firsts = linesOf('callbacks').flatMap(({ first_callback_ms: ms }) => ms ?? []);
    expect(firsts.length).toBeGreaterThanOrEqual(1);
    expect(firsts.length).toBeLessThanOrEqual(2);
  });

  it('has metrics of this stack alone, and no more than a free one may have', () => {
    const shown = widgets.flatMap(({ properties }) => properties.metrics ?? []);
    const metrics = shown.filter(([first]) => typeof first === 'string'); // an expression is over metrics that are listed beside it
    expect(metrics.length).toBeLessThanOrEqual(50);
    const filters = JSON.stringify(listResources(stack, 'AWS::Logs::MetricFilter'));
    for (const [namespace, name] of metrics) {
      expect(namespace).toMatch(/^(AWS\/(SQS|Lambda|ApiGateway|DynamoDB)|Trireme\/local)$/);
      if (namespace === `Trireme/${LOCAL_STAGE}`) expect(filters).toContain(`"MetricName":"${String(name)}"`);
    }
  });

  it('shows every alarm', () => {
    const shown = JSON.stringify(widgets.filter(({ type }) => type === 'alarm'));
    for (const { id } of listResources(stack, 'AWS::CloudWatch::Alarm')) expect(shown).toContain(id);
  });

  it('is left out where the settings say so', () => {
    expect(listResources(stackOf(LOCAL_STAGE, { dashboard: false }), 'AWS::CloudWatch::Dashboard')).toEqual([]);
  });
});

/** The widgets of the template's dashboard; a resource is shown by its logical id. */
function widgetsOf() {
  const [dashboard] = listResources(stack, 'AWS::CloudWatch::Dashboard');
  const { 'Fn::Join': join } = z
    .object({ 'Fn::Join': z.tuple([z.literal(''), z.array(z.unknown())]) })
    .parse(dashboard?.properties.DashboardBody);
  const text = join[1].map((part) =>
    typeof part === 'string' ? part : JSON.stringify(part).replaceAll(/[^\w:.]/g, ''),
  );
  return z.object({ widgets: z.array(Widget) }).parse(JSON.parse(text.join(''))).widgets;
}

/** The log groups that a query asks, and its commands. */
function partsOf(query: string): { readonly groups: readonly string[]; readonly commands: readonly string[] } {
  const parts = query.split(/\s*\| /);
  const groups = parts.flatMap((part) => /^SOURCE '(.+)'$/.exec(part)?.[1] ?? []);
  return { groups, commands: parts.filter((part) => !part.startsWith('SOURCE ')) };
}

async function call(method: string, path: string, body: unknown): Promise<Record<string, unknown>> {
  const began = Date.now();
  const answer = await system.api.send(method, path, { body });
  if (path.endsWith('/run/live')) accessLines.push(accessLine(path, answer.status, Date.now() - began));
  return Object(answer.body);
}

/** A line of the access log of a live call, in the format that the template gives the gateway. */
function accessLine(path: string, status: number, latencyMs: number): unknown {
  const [stage] = listResources(stack, 'AWS::ApiGatewayV2::Stage');
  const { Format: format } = z.object({ Format: z.string() }).parse(stage?.properties.AccessLogSettings);
  const values = new Map(Object.entries({ status, path, responseLatency: latencyMs }));
  const line = format.replaceAll(/\$context\.([\w.]+)/g, (_, name: string) =>
    name === 'routeKey' ? 'POST /v1/actions/{action}/run/live' : String(values.get(name) ?? '-'),
  );
  return { timestamp: new Date().toISOString(), ...JSON.parse(line) };
}

async function launch(body: unknown): Promise<string> {
  const answer = await call('POST', '/v1/actions/search-cities/run/async', body);
  expect(answer).toMatchObject({ run_uid: expect.any(String) });
  return String(answer['run_uid']);
}

function linesOf(message: string): readonly Readonly<Record<string, unknown>>[] {
  return system.logs.flatMap((log) => {
    const line: unknown = log.message;
    const found = z.looseObject({ message: z.literal(message) }).safeParse(line);
    return found.success ? [found.data] : [];
  });
}

async function logged(message: string, runUid: string): Promise<void> {
  await until(`the line "${message}"`, () => linesOf(message).find(({ run_uid: uid }) => uid === runUid) ?? null);
}

/** Has the next sweep check a receiver now, and sweeps. */
async function checkReceiver(uid: string): Promise<void> {
  const { runtime } = system;
  const options = { endpoint: runtime.gateway.url, region: 'us-east-1', credentials: { ...runtime.admin } };
  const table = new Table(new DynamoDBClient(options), runtime.plan.tables[0]?.input.TableName ?? '', systemClock);
  await createDueStore(table).putDue({ at: Date.now() - 1_000, kind: 'receiver', uid });
  await runtime.invoke('Sweep', {});
}
