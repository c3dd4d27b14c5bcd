import { describe, expect, it } from 'vitest';
import type { RunDetail } from '../../shared/client/trireme.ts';
import { harmless, harmlessJson, harmlessLines } from '../../shared/cli/harmless.ts';
import { progressText } from '../../shared/cli/progress.ts';
import { tableText } from '../../shared/cli/table.ts';

describe('text of others', () => {
  it('has nothing that a terminal obeys, or that turns or hides what stands beside it', () => {
    expect(harmless('a\u001b[31m\r\n\u0007\u009b\u202e\u2066\u200b\u{e0041}é日')).toBe(
      String.raw`a\u001b[31m\u000d\u000a\u0007\u009b\u202e\u2066\u200b\udb40\udc41é日`,
    );
    expect(harmlessLines('a\tb\nc\u001b')).toBe('a\tb\nc\\u001b');
  });

  it('is the same JSON as before', () => {
    const value = { name: 'x\u009b\u202e\u{e0041}\u001b', list: ['\n'] };
    expect(harmlessJson(value)).toMatch(/^[\u0020-\u007e]*$/);
    expect(JSON.parse(harmlessJson(value))).toEqual(value);
  });
});

describe('a table', () => {
  it('has numbers at the right, no empty column, and lines no wider than the terminal', () => {
    const items = [
      { name: 'one', count: 5, none: null },
      { name: 'a much longer name', count: 1_234_567.000_49, none: null },
    ];
    const columns = [
      ['NAME', ({ name }: (typeof items)[number]) => name],
      ['COUNT', ({ count }: (typeof items)[number]) => count],
      ['NONE', ({ none }: (typeof items)[number]) => none],
    ] as const;
    expect(tableText(items, columns, 80)).toBe(
      [
        'NAME                        COUNT',
        'one                             5',
        'a much longer name  1234567.00049',
        '',
      ].join('\n'),
    );
    expect(tableText(items, columns, 10)).toBe(['NAME     …', 'one      …', 'a much lo…', ''].join('\n'));
  });
});

describe('the line of progress', () => {
  const inputs = { total: 8, succeeded: 3, failed: 0, stopped: 0, running: 1, pending: 4 };
  const run = { status: 'RUNNING', status_reason: null, inputs, output_count: 1_051, postponed_until: null };
  const textOf = (fields: object): string => progressText({ ...run, ...fields } as RunDetail); // cast: what it reads of one

  it('counts, and says what the run waits for', () => {
    expect(textOf({})).toBe('3/8 inputs ▓▓▓░░░░░░░ 1,051 results');
    const reason = { code: 'RATE_LIMIT', retry_at: '2030-01-31T09:31:00Z' };
    expect(textOf({ status_reason: reason })).toMatch(/ 1,051 results · waits: RATE_LIMIT until \d\d:31$/);
    expect(textOf({ inputs: { ...inputs, failed: 2 } })).toBe('5/8 inputs ▓▓▓▓▓▓░░░░ 1,051 results · 2 failed');
    expect(textOf({ status: 'QUEUED', inputs: { ...inputs, total: null } })).toBe(
      '3/? inputs ░░░░░░░░░░ 1,051 results · QUEUED',
    );
    expect(textOf({ status: 'SUCCEEDED' })).toMatch(/ · SUCCEEDED$/);
  });
});
