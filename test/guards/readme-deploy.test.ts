import { describe, expect, it } from 'vitest';
import { listResources, stackOf } from '../infra/stack-fixture.ts';
import { readDocument, shellLines } from './readme-text.ts';

const DOCUMENT = 'infra/README.md';
const deploy = shellLines(DOCUMENT).find((line) => line.includes('npx cdk deploy')) ?? '';
const [, stage = '', region = ''] = /-c stage=(\S+) -c region=(\S+)/.exec(deploy) ?? [];
const stack = stackOf(stage, { region });

describe('the deployment as infra/README.md describes it', () => {
  it('synthesizes, also where the settings name the account', () => {
    expect(Object.keys(stack.resources).length).toBeGreaterThan(0);
    expect(() => stackOf(stage, { region, account: '123456789012' })).not.toThrow();
  });

  it('has as many alarms as its idle cost says', () => {
    const row =
      /^\| (\d+) alarms over (\d+) metrics \| .*? \| ([\d.]+) \| ([\d.]+) \|$/m.exec(readDocument(DOCUMENT)) ?? [];
    const alarms = listResources(stack, 'AWS::CloudWatch::Alarm');
    const metrics = alarms.flatMap(({ properties: { Metrics } }) =>
      Array.isArray(Metrics) ? Metrics.filter((one) => Object.hasOwn(one, 'MetricStat')) : [null],
    ).length;
    const dollars = (count: number): number => Number((count * 0.1).toFixed(2));
    expect(row.slice(1).map(Number)).toEqual([alarms.length, metrics, dollars(metrics - 10), dollars(metrics)]);
  });

  it('adds its idle cost up', () => {
    const [, table = ''] = /\*\*Idle, a month\*\*[\s\S]*?\n((?:\|.*\n)+)/.exec(readDocument(DOCUMENT)) ?? [];
    const rows = Array.from(table.matchAll(/\| \**\$?([\d.]+)\** \| \**\$?([\d.]+)\** \|$/gm), ([, free, paid]) => [
      Number(free),
      Number(paid),
    ]);
    const sums = rows.slice(0, -1).reduce((sum, row) => sum.map((value, at) => value + (row[at] ?? 0)), [0, 0]);
    expect(rows.at(-1)).toEqual(sums.map((value) => Number(value.toFixed(2))));
    expect(rows.length).toBeGreaterThan(4);
  });

  it('leaves the five things that its removal names', () => {
    const kept = Object.values(stack.resources).filter(({ DeletionPolicy }) => DeletionPolicy === 'Retain');
    expect(kept.map(({ Type }) => Type).toSorted()).toEqual([
      'AWS::DynamoDB::GlobalTable',
      'AWS::S3::Bucket',
      'AWS::SecretsManager::Secret',
      'AWS::SecretsManager::Secret',
      'AWS::SecretsManager::Secret',
    ]);
  });
});
