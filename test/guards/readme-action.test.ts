import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initAction } from '../../infra/admin/init-action.ts';
import { type CheckoutCopy, copyCheckout } from '../support/checkout-copy.ts';
import { codeOf, ROOT } from './readme-text.ts';

const run = promisify(execFile);
const DOCUMENT = 'functions/actions/README.md';
const ACTION = 'functions/actions/list-releases.ts';
/** That of an action which `npm run trireme -- owner init action` writes. */
const INIT_TEST = 'test/functions/actions-count-up.test.ts';
const ITS_TEST = 'test/functions/actions-list-releases.test.ts';

/** Besides its own, the tests that look at all actions there are. */
const TESTS = ['test/functions/sdk-action-registry', 'test/guards/openapi', ITS_TEST, INIT_TEST];

/** Types of what the action touches: the whole project takes twice the time and has no more to say of it. */
const TYPED = { extends: './tsconfig.json', include: ['functions', ITS_TEST, INIT_TEST, 'test/functions/sdk-*'] };

/** What an author has who did as functions/actions/README.md says. */
let checkout: CheckoutCopy;

beforeAll(() => {
  checkout = copyCheckout();
  checkout.addAction({ file: 'list-releases.ts', name: 'listReleases', source: codeOf(DOCUMENT, ACTION) });
  initAction(checkout.root, 'count-up');
  checkout.write(ITS_TEST, codeOf(DOCUMENT, ITS_TEST));
});
afterAll(() => checkout.remove());

/** Runs a package's script in the checkout; what it printed. Rejects with it where the exit code is not 0. */
async function node(script: string, ...args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run(process.execPath, [join(ROOT, 'node_modules', script), ...args], {
      cwd: checkout.root,
    });
    return stdout;
  } catch (error) {
    const printed = error instanceof Error && 'stdout' in error ? String(error.stdout) : '';
    throw new Error(`${script} ${args.join(' ')}:\n${printed}`, { cause: error });
  }
}

describe('npm test with the action of functions/actions/README.md', { timeout: 600_000 }, () => {
  it('finds its format right', async () => {
    await node('oxfmt/bin/oxfmt', '--check');
  });

  it('lints it', async () => {
    await node('oxlint/bin/oxlint', '--type-aware', ACTION, ITS_TEST, INIT_TEST, 'functions/actions');
  });

  it('checks its types', async () => {
    checkout.write('tsconfig.action.json', JSON.stringify(TYPED));
    await node('typescript/bin/tsc', '-p', 'tsconfig.action.json');
  });

  it('finds no code unused', async () => {
    await node('knip/bin/knip.js');
  });

  it('passes its own test and those of all actions', async () => {
    const printed = await node('vitest/vitest.mjs', 'run', '--reporter=tap-flat', ...TESTS);
    expect(printed.match(/^ok .*actions-list-releases/gm)).toHaveLength(3);
    expect(printed.match(/^ok .*actions-count-up/gm)).toHaveLength(1);
    expect(printed).toContain('the actions of this deployment are sound');
  });
});
