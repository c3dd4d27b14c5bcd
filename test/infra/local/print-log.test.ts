import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from '../../../infra/local/build/project.ts';
import type { FunctionLog } from '../../../infra/local/functions/function-host.ts';
import { humanLine, jsonLine } from '../../../infra/local/start/print-log.ts';

const AT = new Date('2030-01-02T03:04:05.678Z');
const ACTION = join(ROOT, 'functions/actions/ship.ts');
const STACK = [
  'TypeError: no port',
  '    at load (/opt/node/lib/loader.js:1:1)',
  `    at Object.run (${ACTION}:12:3)`,
  `    at runAction (${join(ROOT, 'shared/engine/pages/run-action.ts')}:60:47)`,
].join('\n');

function printed(level: FunctionLog['level'], message: unknown): string {
  return humanLine({ functionName: 'trireme-local-page', logGroup: 'g', requestId: 'r', level, message }, AT);
}

describe('a line for a person', () => {
  test('names the time, the function, the run and what was logged', () => {
    expect(printed('INFO', { message: 'swept', run_uid: 'u', rows: 3, note: 'two words' })).toBe(
      '03:04:05.678 page: [u] swept rows=3 note="two words"',
    );
  });

  test("says in one line what an action threw, and where in the action's code", () => {
    const message = 'The action ship threw\n  an error it does not classify.';
    expect(printed('WARN', { message, run_uid: 'u', input: 0, stack: STACK })).toBe(
      '03:04:05.678 page: WARN [u] The action ship threw an error it does not classify. ' +
        '(TypeError: no port, at functions/actions/ship.ts:12:3) input=0',
    );
  });

  test('does not repeat an error that the message says', () => {
    expect(printed('WARN', { message: 'ship failed: no port', stack: STACK })).toBe(
      '03:04:05.678 page: WARN ship failed: no port (at functions/actions/ship.ts:12:3)',
    );
  });

  test('of a fault of the engine is followed by the stack, a line for each of its lines', () => {
    const [head, ...stack] = printed('ERROR', {
      message: 'a row could not be read',
      stack: [STACK, 'Error: cause'],
    }).split('\n');
    expect(head).toBe('03:04:05.678 page: ERROR a row could not be read');
    expect(stack.map((line) => line.trim())).toEqual([...STACK.split('\n').map((line) => line.trim()), 'Error: cause']);
  });

  test('that an action logs as an error is one line', () => {
    const line = printed('ERROR', { message: 'ship is late', stack: STACK, logged_by: 'action' });
    expect(line.split('\n')).toHaveLength(1);
  });
});

test('a line of JSON has the whole stack', () => {
  const log = { functionName: 'f', logGroup: 'g', requestId: null, level: 'WARN', message: { stack: STACK } } as const;
  expect(JSON.parse(jsonLine(log, AT))).toMatchObject({ message: { stack: STACK } });
});
