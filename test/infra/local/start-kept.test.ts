import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { type CheckoutCopy, copyCheckout } from '../../support/checkout-copy.ts';
import { killNode, startNode } from '../../support/start-node.ts';
import { until } from '../../support/until.ts';

const ACTION = 'functions/actions/search-cities.ts';
const Ready = z.object({ url: z.url(), apiKey: z.string() });
const Actions = z.array(z.object({ name: z.string(), title: z.string() }));

let checkout: CheckoutCopy;
let dataDir = '';
beforeAll(() => {
  checkout = copyCheckout();
  dataDir = mkdtempSync(join(tmpdir(), 'start-kept-'));
});
afterAll(() => {
  checkout.remove();
  rmSync(dataDir, { recursive: true, force: true });
});

const START = ['infra/local/start.ts', '--json', '--port', '0'];

/** Starts the system of the checkout, reads the title of its action, and kills it: tells that and the folders of builds. */
async function titleOnceStarted(): Promise<{ readonly title: string | undefined; readonly builds: readonly string[] }> {
  const child = startNode([...START, '--data-dir', dataDir], { cwd: checkout.root, faults: 'inherit' });
  const { value } = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  const { url, apiKey } = Ready.parse(JSON.parse(String(value)));
  const answer = await fetch(`${url}/v1/actions`, { headers: { 'x-api-key': apiKey } });
  const title = Actions.parse(await answer.json()).find(({ name }) => name === 'search-cities')?.title;
  await killNode(child);
  return { title, builds: builds() };
}

const builds = (): readonly string[] =>
  existsSync(join(checkout.root, 'dist'))
    ? readdirSync(join(checkout.root, 'dist')).filter((name) => name.startsWith('build-'))
    : [];

/** The processes that work in the checkout: the system, and what it started. */
function processesThere(): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/cwd`) === checkout.root;
    } catch {
      return false; // it has ended meanwhile, or belongs to another user
    }
  });
}

const isGone = () => until('the end of all it had started', () => (processesThere().length === 0 ? true : null));

test.skipIf(!existsSync('/proc'))(
  'killed while it builds, a start leaves no process, and the next one builds anew',
  async () => {
    // Not startNode, which ends whatever is left itself.
    const first = spawn(process.execPath, [...START, '--data-dir', dataDir], { cwd: checkout.root, stdio: 'ignore' });
    onTestFinished(() => void first.kill('SIGKILL'));
    await until('the processes that build', () => (processesThere().length > 2 && builds().length > 0 ? true : null));
    first.kill('SIGKILL');
    await isGone();
    expect((await titleOnceStarted()).title).toBe('Search cities');
    await isGone();
  },
);

test('a second start builds nothing; one after a change of a source, or of what was kept, does', async () => {
  const cold = await titleOnceStarted();
  const warm = await titleOnceStarted();
  expect(warm).toEqual(cold);

  checkout.write(ACTION, checkout.read(ACTION).replace("title: 'Search cities'", "title: 'Find cities'"));
  const changed = await titleOnceStarted();
  expect(changed.title).toBe('Find cities');
  const [anew = ''] = changed.builds.filter((name) => !cold.builds.includes(name));

  truncateSync(join(checkout.root, 'dist', anew, 'workspace/index.mjs'), 100);
  const damaged = await titleOnceStarted();
  expect(damaged.title).toBe('Find cities');
  expect(damaged.builds.filter((name) => ![...cold.builds, anew].includes(name))).toHaveLength(1);
});
