import { describe, expect, it } from 'vitest';
import { type RunDetail, TriremeError } from '../../shared/client/trireme.ts';
import { harmless, harmlessJson, harmlessLines } from '../../shared/cli/harmless.ts';
import { progressText } from '../../shared/cli/progress.ts';
import { explain } from '../../shared/cli/explain.ts';
import { parseKept } from '../../shared/cli/kept-numbers.ts';
import { recordText } from '../../shared/cli/record-text.ts';
import { columnsOf, tableText } from '../../shared/cli/table.ts';

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

describe('numbers that JavaScript does not hold', () => {
  it('are shown as they were written, in a column of numbers', () => {
    const text = '[{"id":9007199254740993},{"id":5}]';
    const items = parseKept(text) as object[]; // cast: just written
    expect(JSON.stringify(items)).toBe(text);
    expect(tableText(items, columnsOf(items), 80)).toBe(
      ['id', '9007199254740993', '5'].map((cell) => `${cell.padStart(16)}\n`).join(''),
    );
    expect(tableText([parseKept('1e400')], columnsOf([parseKept('1e400')]), 80)).toBe('RESULT\n 1e400\n');
    expect(recordText({ id: parseKept('9007199254740993') })).toBe('id  9007199254740993\n');
  });
});

describe('a record', () => {
  it('has a line for each field that has a value, and no JSON', () => {
    const record = {
      uid: 'u',
      tags: ['a', 'b\u001b'],
      none: null,
      empty: [],
      params: {},
      limits: { live: { per_second: 20, burst: 40 }, runs_at_once: 10, quotas: { pages: null } },
      history: [
        { status: 'CREATED', reason: null },
        { status: 'RUNNING', reason: 'x' },
      ],
    };
    expect(recordText(record)).toBe(
      [
        'uid                  u',
        'tags                 a, b\\u001b',
        'limits.live          per_second 20, burst 40',
        'limits.runs_at_once  10',
        'history              status CREATED',
        '                     status RUNNING, reason x',
        '',
      ].join('\n'),
    );
  });
});

describe('a refusal', () => {
  const refusal = (message: string, paths: readonly string[]): readonly string[] => {
    const validationErrors = paths.map((path) => ({ path, message: 'must be a number' }));
    const facts = { label: 'BAD_INPUT', status: 400, scope: 'input', retryable: false, retryAt: null } as const;
    return explain(new TriremeError({ ...facts, message, ref: 'r', params: {}, validationErrors }));
  };

  it('of one fault is one line, of several a line for each under how many they are', () => {
    expect(refusal('The action does not accept this input: input.a: must be a number', ['input.a'])).toEqual([
      'BAD_INPUT: The action does not accept this input: input.a: must be a number',
    ]);
    const two = '2 of 3 inputs are invalid. First: inputs[0].a: must be a number';
    expect(refusal(two, ['inputs[0].a', 'inputs[2].b'])).toEqual([
      'BAD_INPUT: 2 of 3 inputs are invalid:',
      '  inputs[0].a: must be a number',
      '  inputs[2].b: must be a number',
    ]);
    const many = Array.from({ length: 25 }, (_, at) => `inputs[${at}].a`);
    expect(refusal('25 of 25 inputs are invalid. First: inputs[0].a: must be a number', many).at(-1)).toBe(
      '  and 5 more',
    );
  });
});

describe('the line of progress', () => {
  const inputs = { total: 8, succeeded: 3, failed: 0, stopped: 0, running: 1, pending: 4 };
  const run = { status: 'RUNNING', status_reason: null, inputs, output_count: 1_051, postponed_until: null };
  const textOf = (fields: object): string => progressText({ ...run, ...fields } as RunDetail); // cast: what it reads of one

  it('counts, and says what the run waits for', () => {
    expect(textOf({})).toBe('3/8 inputs ▓▓▓░░░░░░░ 1,051 results');
    const reason = { code: 'RATE_LIMIT', retry_at: '2030-01-31T09:31:00Z', params: {} };
    expect(textOf({ status_reason: reason })).toMatch(/ 1,051 results · waits: RATE_LIMIT until \d\d:31$/);
    const held = { ...reason, params: { quota: 'pages_per_day', limit: 7, resets_at: '2030-01-31T09:31:00Z' } };
    expect(textOf({ status_reason: held })).toMatch(/ · waits: quota pages_per_day until \d\d:31$/);
    expect(textOf({ inputs: { ...inputs, failed: 2 } })).toBe('5/8 inputs ▓▓▓▓▓▓░░░░ 1,051 results · 2 failed');
    expect(textOf({ status: 'QUEUED', inputs: { ...inputs, total: null } })).toBe(
      '3/? inputs ░░░░░░░░░░ 1,051 results · QUEUED',
    );
    expect(textOf({ status: 'SUCCEEDED' })).toMatch(/ · SUCCEEDED$/);
  });
});
