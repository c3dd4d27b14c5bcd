import { existsSync, rmSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { bundleFunctions } from '../../infra/bundle.ts';
import { folderOf } from './bundle-fixture.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const REGISTRY = join(ROOT, 'shared/sdk/action-registry.ts');
const DEFINE = join(ROOT, 'shared/sdk/define-action.ts');
const HANDLER = 'export const handler = async (): Promise<string> => "well";\n';

/** The source of a file that exports one action. */
function actionNamed(name: string, more = ''): string {
  return `import * as z from 'zod';
import { defineAction } from '${DEFINE}';
${more}
export const action = defineAction({
  name: '${name}', title: 'One', description: 'For tests.', input: z.strictObject({}), result: z.object({}),
  run: async () => ({ results: [], nextCursor: null }),
});
`;
}

/** The registry of these files, each of which exports \`action\`. */
function registryOf(...files: readonly string[]): string {
  const imports = files.map((file, at) => `import { action as a${at} } from './${file}';`);
  const listed = files.map((file, at) => `'${file}': a${at}`);
  return `import { createRegistry } from '${REGISTRY}';
${imports.join('\n')}
export const registerActions = (offered: readonly string[]) => createRegistry({ ${listed.join(', ')} }, { offered });
`;
}

/** A project of one function and these files of functions/actions. */
function projectOf(actions: Readonly<Record<string, string>>): string {
  const files = Object.entries(actions).map(([name, text]) => [`functions/actions/${name}`, text]);
  const root = folderOf({
    'package.json': '{ "type": "module" }',
    'functions/workers/page.ts': HANDLER,
    ...Object.fromEntries(files),
  });
  onTestFinished(() => rmSync(root, { recursive: true }));
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  return root;
}

async function faultOf(actions: Readonly<Record<string, string>>, offered: readonly string[] = []): Promise<string> {
  const root = projectOf(actions);
  const outDir = join(root, 'out');
  const error: unknown = await bundleFunctions({ root, outDir, offered }).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error !== null) expect(existsSync(join(outDir, 'page'))).toBe(false);
  return error instanceof Error ? `${error.name}: ${error.message}` : 'none';
}

describe('actions that cannot be offered are refused before a function is written', () => {
  test.each<[string, Readonly<Record<string, string>>, string]>([
    [
      'two of one name',
      { 'a.ts': actionNamed('one'), 'b.ts': actionNamed('one'), 'index.ts': registryOf('a.ts', 'b.ts') },
      'BundleError: b.ts, name: "one" is already the name of a.ts',
    ],
    [
      'a bad name',
      { 'a.ts': actionNamed('One'), 'index.ts': registryOf('a.ts') },
      'BundleError: a.ts, name: "One" must match',
    ],
    [
      'a file that exports another thing',
      { 'a.ts': 'export const action = 5;\n', 'index.ts': registryOf('a.ts') },
      'BundleError: a.ts: exports no action made by defineAction',
    ],
    [
      'a file that does not export it',
      { 'a.ts': 'export default 5;\n', 'index.ts': registryOf('a.ts') },
      'No matching export in "functions/actions/a.ts" for import "action"',
    ],
    [
      'a file that throws as it is loaded',
      { 'a.ts': actionNamed('one', "\nthrow new Error('no such luck');\n"), 'index.ts': registryOf('a.ts') },
      'BundleError: functions/actions/a.ts:4:7: threw while it was loaded: Error: no such luck',
    ],
    [
      'a definition that is none',
      {
        'a.ts': actionNamed('one').replace(/defineAction\(\{[^]*\}\);/, 'defineAction();'),
        'index.ts': registryOf('a.ts'),
      },
      'BundleError: functions/actions/a.ts:4:',
    ],
    [
      'a file that reads a variable of this machine',
      { 'a.ts': actionNamed('one', 'process.env.HOME.length;'), 'index.ts': registryOf('a.ts') },
      'BundleError: functions/actions/a.ts:3:',
    ],
    [
      'a file that ends the process',
      { 'a.ts': actionNamed('one', 'process.exit(7);'), 'index.ts': registryOf('a.ts') },
      'BundleError: functions/actions/index.ts: ended the process while it was loaded, with code 7',
    ],
    [
      'no registry',
      { 'index.ts': 'export const actions = [];\n' },
      'BundleError: functions/actions/index.ts: must export the function registerActions',
    ],
  ])('%s', async (_, actions, fault) => {
    expect(await faultOf(actions)).toContain(fault);
  });

  test('an action that the settings name and nobody has', async () => {
    const actions = { 'a.ts': actionNamed('one'), 'index.ts': registryOf('a.ts') };
    expect(await faultOf(actions, ['two'])).toContain('settings, offered: there is no action "two"; there are one');
    expect(await faultOf(actions)).toBe('none');
  });
});
