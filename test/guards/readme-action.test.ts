import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf, ROOT } from './readme-text.ts';

const run = promisify(execFile);
const ACTION = 'functions/actions/list-releases.ts';
const ITS_TEST = 'test/functions/actions-list-releases.test.ts';
const REGISTERED = `
import { registerActions } from '${join(ROOT, 'functions/actions/index.ts')}';
import { createRegistry } from '${join(ROOT, 'shared/sdk/action-registry.ts')}';
import { listReleases } from './${ACTION}';
const present = registerActions([]).list().map((action) => [action.name, action]);
const names = createRegistry({ ...Object.fromEntries(present), 'list-releases.ts': listReleases }).list();
console.log(names.map(({ name }) => name).join(' '));
`;

/** A project that is this one and the README's two files. */
let project = '';

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'trireme-readme-'));
  const config = { extends: join(ROOT, 'tsconfig.json'), include: ['functions', 'test'] };
  const files = {
    'tsconfig.json': JSON.stringify(config),
    'package.json': '{"type":"module"}',
    'register.ts': REGISTERED,
    [ACTION]: codeOf(ACTION),
    [ITS_TEST]: codeOf(ITS_TEST),
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  }
  for (const path of ['node_modules', 'shared', 'functions/actions/upstream']) {
    symlinkSync(join(ROOT, path), join(project, path));
  }
});
afterAll(() => rmSync(project, { recursive: true }));

/** Runs a script of a package in the project; what it printed. Rejects with it where the exit code is not 0. */
async function node(...args: readonly string[]): Promise<string> {
  try {
    return (await run(process.execPath, [...args], { cwd: project })).stdout;
  } catch (error) {
    const printed = error instanceof Error && 'stdout' in error ? String(error.stdout) : '';
    throw new Error(`node ${args.join(' ')}:\n${printed}`, { cause: error });
  }
}

describe("the README's action", () => {
  it('fits the types, and so does its test', async () => {
    await node(join(ROOT, 'node_modules/typescript/bin/tsc'), '--noEmit');
  });

  it('can be offered beside those that are there', async () => {
    expect((await node('register.ts')).trim().split(' ')).toContain('list-releases');
  });

  it('passes its test', async () => {
    const printed = await node(join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=tap-flat');
    expect(printed.match(/^ok /gm)).toHaveLength(3);
  });
});
