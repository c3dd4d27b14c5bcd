import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keptBundles } from '../../../infra/local/build/kept-bundles.ts';
import { findStack, keepStack, withFolders } from '../../../infra/local/build/kept-stacks.ts';
import {
  BUILT_OF_ALL,
  digestOf,
  keyOf,
  readSources,
  STACK_FOLDERS,
  stampOf,
} from '../../../infra/local/build/sources.ts';

const PACKAGE = 'node_modules/library/index.js';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'kept-'));
  write('functions/api/live.ts', 'one');
  write('functions/actions/a.ts', 'one');
  write('infra/settings.ts', 'one');
  write('package-lock.json', 'one');
  write(PACKAGE, 'one');
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const keyNow = (folders: readonly string[] = BUILT_OF_ALL): string => keyOf(readSources(root), folders);

function buildNow(): string {
  const kept = keptBundles(root);
  const dir = kept.begin(keyNow());
  mkdirSync(join(dir, 'live'));
  writeFileSync(join(dir, 'live/index.mjs'), 'built');
  kept.keep(dir, [join(root, PACKAGE), join(root, 'functions/api/live.ts')], readSources(root));
  return dir;
}

describe('what a build is named by', () => {
  it.each([
    ['a source', () => write('functions/actions/a.ts', 'two')],
    ['a source that came', () => write('functions/actions/b.ts', '')],
    ['a source that went', () => rmSync(join(root, 'functions/actions/a.ts'))],
    ['a setting', () => write('infra/settings.ts', 'two')],
    ['the lock file', () => write('package-lock.json', 'two')],
    ['what is installed', () => write('node_modules/.package-lock.json', 'two')],
  ])('changes with %s', (_, change) => {
    const [key, stamp] = [keyNow(), stampOf(root)];
    expect([keyNow(), stampOf(root)]).toEqual([key, stamp]);
    change();
    expect(keyNow()).not.toBe(key);
    expect(stampOf(root)).not.toBe(stamp);
  });

  it('is another one for the stack, which no action changes', () => {
    const key = keyNow(STACK_FOLDERS);
    write('functions/actions/a.ts', 'two');
    expect(keyNow(STACK_FOLDERS)).toBe(key);
    write('functions/api/more.ts', '');
    expect(keyNow(STACK_FOLDERS)).not.toBe(key);
  });
});

it('a file that is gone once it is read has the empty digest, and a link to nowhere is no source', () => {
  expect(digestOf(join(root, 'functions/actions/4913'))).toBe('');
  symlinkSync('nowhere', join(root, 'functions/actions/.#a.ts'));
  expect([keyNow(), stampOf(root)]).toEqual([keyNow(), stampOf(root)]);
});

describe('kept bundles', () => {
  it('are found as long as their sources are the same', () => {
    const dir = buildNow();
    expect(keptBundles(root).find(keyNow())).toBe(dir);
    write('functions/actions/a.ts', 'two');
    expect(keptBundles(root).find(keyNow())).toBeNull();
    write('functions/actions/a.ts', 'one');
    expect(keptBundles(root).find(keyNow())).toBe(dir);
  });

  it.each([
    ['a file of it was cut short', (dir: string) => truncateSync(join(dir, 'live/index.mjs'), 2)],
    ['a file of it is gone', (dir: string) => rmSync(join(dir, 'live/index.mjs'))],
    ['its record was cut short', (dir: string) => truncateSync(join(dir, 'build.json'), 40)],
    ['its record is empty', (dir: string) => truncateSync(join(dir, 'build.json'), 0)],
    ['it never came to its record', (dir: string) => rmSync(join(dir, 'build.json'))],
    ['a file of a package is another one', () => write(PACKAGE, 'two')],
  ])('are not found where %s, but built anew', (_, damage) => {
    const dir = buildNow();
    damage(dir);
    expect(keptBundles(root).find(keyNow())).toBeNull();
    const anew = buildNow();
    expect(keptBundles(root).find(keyNow())).toBe(anew);
  });

  it('are removed but for the last two, and never while a process runs them', () => {
    const kept = keptBundles(root);
    const dirs = ['one', 'two', 'three', 'four'].map((text) => {
      write('functions/actions/a.ts', text);
      return { key: keyNow(), dir: buildNow() };
    });
    kept.removeOld();
    const found = () => dirs.filter(({ key }) => kept.find(key) !== null).length;
    expect(found()).toBe(4);
    for (const { dir } of dirs.slice(1)) kept.release(dir);
    kept.removeOld();
    expect(found()).toBe(3);
    expect(kept.find(dirs[0]?.key ?? '')).toBe(dirs[0]?.dir);
  });
});

describe('a kept stack', () => {
  const stack = { template: { Resources: {} }, stackName: 'own', functions: [['key.zip', 'live']] as const };

  it('is found by its sources, and runs over any folder of bundles', () => {
    expect(findStack(root, 'k1')).toBeNull();
    keepStack(root, 'k1', stack);
    const found = findStack(root, 'k1');
    expect(found).toEqual(stack);
    expect(withFolders(found ?? stack, '/built').assets).toEqual(new Map([['key.zip', '/built/live']]));
  });

  it('is not found where it was damaged', () => {
    keepStack(root, 'k1', stack);
    truncateSync(join(root, 'dist/stack-k1.json'), 90);
    expect(findStack(root, 'k1')).toBeNull();
  });
});
