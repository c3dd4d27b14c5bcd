import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

/** Where time, chance and ids are arguments, so that one seed is one history. */
const ROOMS = [
  'shared/{domain,engine,api,sdk,client}/**/*.ts',
  'functions/{actions,api,endpoints,http,pages,workers}/**/*.ts',
  'test/simulation/**/*.ts',
];

/** What would bring in the machine's own; comments are looked at too. */
const OWN_TIME_OR_CHANCE =
  /\bDate\.now\(|\bnew Date\(\)|\bset(?:Timeout|Interval|Immediate)\b|\bperformance\.|\bhrtime\b|\bMath\.random\b|\brandomUUID\b|(?<!ports\.)\brandomBytes\(|\bgetRandomValues\b|\bAbortSignal\.timeout\b|node:timers/;

/** The one tells a person how long the machine took, the other is the client's own machine. */
const MAY = new Set(['test/simulation/simulate.ts', 'shared/client/machine.ts']);

test('neither the engine nor its simulator has a clock or chance of its own', () => {
  const files = globSync(ROOMS, { cwd: ROOT }).filter((file) => !MAY.has(file));
  expect(files.length).toBeGreaterThan(150);
  const found = files.flatMap((file) =>
    readFileSync(join(ROOT, file), 'utf8')
      .split('\n')
      .flatMap((line, at) => (OWN_TIME_OR_CHANCE.test(line) ? [`${file}:${at + 1}: ${line.trim()}`] : [])),
  );
  expect(found).toEqual([]);
});
