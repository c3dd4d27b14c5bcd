import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

/** Which rooms a room may import from, besides itself. What is not listed is not allowed. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  // The table of functions: for whoever deploys, is deployed, or plays a deployment.
  'shared/functions.ts': [],
  // The number of the release.
  'package.json': [],
  'shared/domain': [],
  'shared/sdk': ['shared/domain'],
  'shared/api': ['shared/domain', 'shared/functions.ts'],
  'shared/client': [],
  // Goes with the client into its package.
  'shared/cli': ['shared/client', 'package.json'],
  'shared/engine': ['shared/domain', 'shared/sdk'],
  'shared/process': ['shared/domain', 'shared/engine', 'package.json'],
  'shared/aws': [
    'shared/functions.ts',
    'shared/domain',
    'shared/sdk',
    'shared/engine',
    'shared/api',
    'shared/process',
    'shared/storage',
  ],
  'shared/storage': ['shared/domain', 'shared/sdk', 'shared/engine', 'shared/process'],
  'functions/actions': ['shared/sdk', 'shared/domain'],
  'functions/http': [
    'shared/functions.ts',
    'shared/domain',
    'shared/sdk',
    'shared/engine',
    'shared/aws',
    'shared/process',
    'shared/storage',
    'shared/api',
    'functions/wiring',
  ],
  // The console runs in a browser and knows the API through the client alone.
  'functions/console': ['shared/client'],
  'functions/pages': ['shared/domain', 'functions/http'],
  // The reference's page runs in a browser too, and knows the API by its OpenAPI document.
  'functions/docs/browser': [],
  'functions/docs': ['shared/domain', 'shared/process', 'shared/api', 'functions/http', 'functions/pages'],
  'functions/wiring': [
    'shared/functions.ts',
    'shared/domain',
    'shared/sdk',
    'shared/engine',
    'shared/aws',
    'shared/process',
    'shared/storage',
    'shared/api',
  ],
  'functions/endpoints': [
    'shared/domain',
    'shared/sdk',
    'shared/engine',
    'shared/aws',
    'shared/process',
    'shared/storage',
    'shared/api',
    'functions/http',
  ],
  'functions/api': [
    'shared/domain',
    'shared/sdk',
    'shared/engine',
    'shared/aws',
    'shared/process',
    'shared/storage',
    'shared/api',
    'functions/endpoints',
    'functions/http',
    'functions/wiring',
    'functions/actions',
    'functions/pages',
    'functions/console',
    'functions/docs',
  ],
  'functions/workers': [
    'shared/domain',
    'shared/sdk',
    'shared/engine',
    'shared/aws',
    'shared/process',
    'shared/storage',
    'shared/api',
    'functions/endpoints',
    'functions/http',
    'functions/wiring',
    'functions/actions',
  ],
  // What is deployed knows the contract (routes, env names) and names functions by path.
  infra: ['shared/api', 'shared/domain', 'shared/functions.ts'],
  'infra/admin': [
    'infra',
    'infra/local',
    'shared/cli',
    'shared/aws',
    'shared/process',
    'shared/storage',
    'shared/api',
    'shared/domain',
    'shared/engine',
  ],
  'infra/local': [
    'infra',
    'infra/admin',
    'shared/aws',
    'shared/process',
    'shared/storage',
    'shared/client',
    'shared/api',
    'shared/domain',
  ],
};

const ROOMS = Object.keys(ARROWS).toSorted((a, b) => b.length - a.length);

function roomOf(path: string): string {
  return ROOMS.find((room) => path === room || path.startsWith(`${room}/`)) ?? `outside: ${path}`;
}

/** Every relative import of the source, as [file, what it imports]. */
function imports(): readonly (readonly [string, string])[] {
  const files = globSync('{shared,functions,infra}/**/*.{ts,tsx}', { cwd: ROOT });
  return files.flatMap((file) => {
    const text = readFileSync(join(ROOT, file), 'utf8');
    const found = text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g);
    return Array.from(found, ([, target = '']) => [file, relative(ROOT, join(ROOT, dirname(file), target))] as const);
  });
}

describe('imports', () => {
  const all = imports();

  test('are found at all', () => {
    expect(all.length).toBeGreaterThan(500);
  });

  test.each(Object.entries(ARROWS))('of %s go along the arrows', (room, allowed) => {
    const wrong = all
      .filter(([file]) => roomOf(file) === room)
      .filter(([, target]) => roomOf(target) !== room && !allowed.includes(roomOf(target)))
      .map(([file, target]) => `${file} imports ${target}`);
    expect(wrong).toEqual([]);
  });

  test('of deployed code never reach what is not deployed', () => {
    const wrong = all.filter(([file, target]) => !file.startsWith('infra/') && target.startsWith('infra/'));
    expect(wrong).toEqual([]);
  });
});
