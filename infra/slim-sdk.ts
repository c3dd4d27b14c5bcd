import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * Leaves out of the AWS SDK what no function of this project can reach. Each part either says the same in fewer bytes or
 * throws when it is reached after all; where the SDK's files change, a part finds nothing to do and the bundles grow past
 * the size a test holds them to.
 */
export const slimSdk: Plugin = {
  name: 'slim-sdk',
  setup: (bundling) => {
    bundling.onLoad({ filter: clientFile('dist-es/schemas/schemas_\\d+\\.js') }, async ({ path }) => ({
      contents: writeOutKeys(await readFile(path, 'utf8')),
    }));
    bundling.onLoad({ filter: clientFile('package\\.json') }, async ({ path }) => {
      const { version }: { version: string } = JSON.parse(await readFile(path, 'utf8'));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
    bundling.onLoad({ filter: fileOf('@aws-sdk/credential-provider-node', 'dist-es/index\\.js') }, ({ path }) => ({
      contents: ENVIRONMENT_CREDENTIALS,
      resolveDir: dirname(path),
    }));
    bundling.onResolve({ filter: /^@smithy\/core\/event-streams$/ }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path, namespace: 'left-out' } : null,
    );
    bundling.onLoad({ filter: /./, namespace: 'left-out' }, ({ path }) => ({ contents: leftOut(path) }));
  },
};

/**
 * Lambda gives a function its credentials in the environment (Lambda, "Defined runtime environment variables"). The rest
 * of the SDK's chain, profiles, single sign-on and instance metadata, is 90 KB that no function would ever reach.
 */
const ENVIRONMENT_CREDENTIALS = "export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';";

/**
 * The protocols of the SDK import event streams when an operation that has them is called: a streamed answer of Bedrock,
 * S3's SelectObjectContent. No function of ours calls one: 15 KB.
 */
function leftOut(path: string): string {
  const message = `${path} is left out of this bundle; an action that needs it takes it off the list in infra/slim-sdk.ts`;
  return `throw new Error(${JSON.stringify(message)});`;
}

/**
 * An AWS client's description of its operations with the names of their parts written out: `{ [_hH]: … }` becomes
 * `{ "httpHeader": … }`. A computed name might do something when it is computed, so esbuild keeps the descriptions of all
 * operations; without any it keeps those that are used.
 */
export function writeOutKeys(source: string): string {
  const texts = new Map<string, string>();
  for (const [, name = '', text = ''] of source.matchAll(/^const (\w+) = ("[^"\\]*");$/gm)) texts.set(name, text);
  return source.replaceAll(/([{,] )\[(\w+)\]: /g, (computed, before: string, name: string) => {
    const text = texts.get(name);
    return text === undefined ? computed : `${before}${text}: `;
  });
}

function clientFile(file: string): RegExp {
  return fileOf('@aws-sdk/client-[a-z0-9-]+', file);
}

/** Matches a file of a package, on whatever system the path is written. */
function fileOf(packageName: string, file: string): RegExp {
  const parts = `/node_modules/${packageName}/${file}`.replaceAll('/', '[\\\\/]');
  return new RegExp(`${parts}$`);
}
