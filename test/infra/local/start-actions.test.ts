import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { type CheckoutCopy, copyCheckout } from '../../support/checkout-copy.ts';
import { openTrireme } from '../../support/open-trireme.ts';

const INDEX = 'functions/actions/index.ts';
const COPY_OF_CITIES = `import { searchCities } from './search-cities.ts';
export const otherCities = { ...searchCities, title: 'Other cities' };
`;
const FAULT = /-cities\.ts, name: "search-cities" is already the name of (search|other)-cities\.ts/;

let checkout: CheckoutCopy;
let dataDir = '';
beforeAll(() => {
  checkout = copyCheckout();
  dataDir = mkdtempSync(join(tmpdir(), 'start-actions-'));
});
afterAll(() => {
  checkout.remove();
  rmSync(dataDir, { recursive: true, force: true });
});

/** A process of the checkout that does not outlive its test; its lines come one by one, and its errors with its end. */
function node(script: string, ...args: readonly string[]) {
  const child = spawn(process.execPath, [script, ...args], { cwd: checkout.root, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<{ code: number | null; stderr: string }>((done) =>
    child.once('close', (code) => done({ code, stderr })),
  );
  return {
    ended,
    /** The next line that has the text. */
    async lineWith(text: string): Promise<string> {
      for (;;) {
        const { value, done } = await lines.next();
        if (done === true) throw new Error(`it ended without a line with ${text}: ${stderr}`);
        if (value.includes(text)) return value;
      }
    },
  };
}

describe('two actions of one name', { timeout: 600_000 }, () => {
  test('are reported at a rebuild while the last good build goes on, then at start and at synth', async () => {
    const running = node('infra/local/start.ts', '--json', '--port', '0', '--data-dir', dataDir);
    const Ready = z.object({ url: z.url(), apiKey: z.string() });
    const { url, apiKey } = Ready.parse(JSON.parse(await running.lineWith('apiKey')));
    const { actions } = openTrireme(url, apiKey);
    const listed = async (): Promise<readonly string[]> => (await actions.list()).map(({ name }) => name);
    const good = await listed();
    expect(good).toContain('search-cities');

    const index = checkout.read(INDEX);
    checkout.addAction({ file: 'other-cities.ts', name: 'otherCities', source: COPY_OF_CITIES });
    const notice: unknown = JSON.parse(await running.lineWith('last good build keeps running'));
    expect(notice).toMatchObject({ message: expect.stringMatching(FAULT) });
    expect(await listed()).toEqual(good);

    const start = node('infra/local/start.ts', '--port', '0', '--data-dir', join(dataDir, 'new'));
    expect(await start.ended).toEqual({ code: 1, stderr: expect.stringMatching(FAULT) });
    const synth = node('infra/app.ts');
    expect(await synth.ended).toEqual({ code: 1, stderr: expect.stringMatching(FAULT) });

    checkout.write(INDEX, index);
    await running.lineWith('Rebuilt');
    expect(await listed()).toEqual(good);
  });
});
