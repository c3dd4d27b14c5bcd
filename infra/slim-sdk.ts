import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';
import { type ErrorSources, registerErrorsWhereDefined } from './lazy-sdk-errors.ts';

/**
 * Leaves out of the AWS SDK what no function of this project can reach. Each part either says the same in fewer bytes or
 * throws when it is reached after all; where the SDK's files change, a part finds nothing to do and the bundles grow past
 * the size a test holds them to.
 */
export const slimSdk: Plugin = {
  name: 'slim-sdk',
  setup: (bundling) => {
    bundling.onLoad({ filter: clientFile('dist-es/schemas/schemas_0\\.js') }, async ({ path }) => ({
      contents: writeOutKeys((await readErrorSources(dirname(dirname(path)))).schemas),
    }));
    bundling.onLoad({ filter: clientFile('dist-es/models/errors\\.js') }, async ({ path }) => ({
      contents: (await readErrorSources(dirname(dirname(path)))).errors,
    }));
    bundling.onLoad({ filter: clientFile('package\\.json') }, async ({ path }) => {
      const { version }: { version: string } = JSON.parse(await readFile(path, 'utf8'));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
    bundling.onLoad({ filter: fileOf('@aws-sdk/credential-provider-node', 'dist-es/index\\.js') }, ({ path }) => ({
      contents: ENVIRONMENT_CREDENTIALS,
      resolveDir: dirname(path),
    }));
    bundling.onLoad({ filter: fileOf('@aws-sdk/endpoint-cache', 'dist-es/index\\.js') }, () => ({
      contents: NO_ENDPOINT_CACHE,
    }));
    bundling.onLoad(
      { filter: fileOf('@smithy/core', 'dist-es/submodules/checksum/\\w+/(Sha256|Md5)Js\\.js') },
      ({ path }) => ({ contents: leftOutClass(basename(path, '.js')) }),
    );
    bundling.onResolve({ filter: /^@smithy\/core\/event-streams$/ }, ({ path, kind }) =>
      kind === 'dynamic-import' ? { path, namespace: 'left-out' } : null,
    );
    bundling.onLoad({ filter: /./, namespace: 'left-out' }, ({ path }) => ({ contents: leftOut(path) }));
  },
};

/**
 * Lambda gives a function its credentials in the environment (Lambda, "Defined runtime environment variables"). The rest
 * of the SDK's chain, profiles, single sign-on and instance metadata, is 90 KB that no function would ever reach. They
 * are read once, as the chain does: the environment of a function's process does not change.
 */
const ENVIRONMENT_CREDENTIALS = `
import { fromEnv } from '@aws-sdk/credential-provider-env';
export const defaultProvider = (init) => {
  const read = fromEnv(init);
  let found;
  return async () => (found ??= await read());
};`;

/** Hashes written in JavaScript, for a Node built without crypto, which Lambda's is not: 5 KB. */
function leftOutClass(name: string): string {
  return `export class ${name} { constructor() { throw new Error('${name} is left out of this bundle.'); } }`;
}

/** The DynamoDB client makes a cache for discovered endpoints, of which none of its operations makes use: 7 KB. */
const NO_ENDPOINT_CACHE = 'export class EndpointCache {}';

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

async function readErrorSources(clientDir: string): Promise<ErrorSources> {
  const schemas = await readFile(join(clientDir, 'schemas/schemas_0.js'), 'utf8');
  const errorsFile = join(clientDir, 'models/errors.js');
  if (!existsSync(errorsFile)) return { schemas, errors: '' };
  return registerErrorsWhereDefined({ schemas, errors: await readFile(errorsFile, 'utf8') });
}

function clientFile(file: string): RegExp {
  return fileOf('@aws-sdk/client-[a-z0-9-]+', file);
}

/** Matches a file of a package, on whatever system the path is written. */
function fileOf(packageName: string, file: string): RegExp {
  const parts = `/node_modules/${packageName}/${file}`.replaceAll('/', '[\\\\/]');
  return new RegExp(`${parts}$`);
}
