import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { ROOT } from './readme-text.ts';

const Lock = z.object({ packages: z.record(z.string(), z.object({ hasInstallScript: z.boolean().optional() })) });

it('npm ci builds nothing that needs a compiler', () => {
  const { packages } = Lock.parse(JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')));
  const building = Object.keys(packages).filter((path) => packages[path]?.hasInstallScript === true);
  // classic-level brings built parts for every machine. aws-lambda-ric would be built with cmake by an npm that knows no
  // allowScripts, which is why its hasInstallScript is taken out of the lock; test/support/rapid-client.ts stands for it.
  expect(building).toEqual(['node_modules/classic-level', 'node_modules/esbuild', 'node_modules/node']);
});
