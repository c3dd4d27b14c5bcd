import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { readDocument, ROOT } from './readme-text.ts';

const Lock = z.object({
  packages: z.record(
    z.string(),
    z.object({
      hasInstallScript: z.boolean().optional(),
      optional: z.boolean().optional(),
      engines: z.object({ node: z.string().optional() }).optional(),
    }),
  ),
});
const { packages } = Lock.parse(JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')));

it('npm ci builds nothing that needs a compiler', () => {
  const building = Object.keys(packages).filter((path) => packages[path]?.hasInstallScript === true);
  // classic-level brings built parts for every machine. aws-lambda-ric would be built with cmake by an npm that knows no
  // allowScripts, which is why its hasInstallScript is taken out of the lock; test/support/rapid-client.ts stands for it.
  expect(building).toEqual(['node_modules/classic-level', 'node_modules/esbuild', 'node_modules/node']);
});

describe('the Node that engines and README name', () => {
  const least = /^>=(\d+\.\d+)$/.exec(packages['']?.engines?.node ?? '')?.[1] ?? '';

  it('is one', () => {
    expect(least).not.toBe('');
    expect(readDocument('README.md')).toContain(`Node ${least}`);
  });

  it('is enough for every package, so that npm ci prints no EBADENGINE', () => {
    // An optional package that does not suit is left out in silence.
    const asking = Object.entries(packages).filter(([path, { optional }]) => path !== '' && optional !== true);
    const unfit = asking.filter(([, { engines }]) => !admits(engines?.node ?? '*', `${least}.0`));
    expect(asking.length).toBeGreaterThan(100);
    expect(unfit.map(([path, { engines }]) => `${path} ${engines?.node}`)).toEqual([]);
  });
});

/** Whether a range of package.json admits a version. Knows what those of the lock are made of: >=, ^ and a major. */
function admits(range: string, version: string): boolean {
  const numbers = (text: string): readonly number[] => [...text.split('.').map(Number), 0, 0].slice(0, 3);
  const isFrom = (text: string): boolean => {
    const [have, want] = [numbers(version), numbers(text)];
    const at = have.findIndex((number, index) => number !== want[index]);
    return at === -1 || (have[at] ?? 0) > (want[at] ?? 0);
  };
  return range.split('||').some((alternative) => {
    const [, sign = '', text = ''] = /^\s*(>=|\^|)\s*(\*|\d[\d.]*)/.exec(alternative) ?? [];
    if (text === '*') return true;
    return isFrom(text) && (sign === '>=' || numbers(text)[0] === numbers(version)[0]);
  });
}
