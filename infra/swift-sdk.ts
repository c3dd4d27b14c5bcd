import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/** A place in a file of the SDK and what stands there instead. */
type Change = readonly [was: string, is: string];

/**
 * Has the AWS SDK do once what it does anew at each call with the same outcome: more than half of the time a worker
 * spends is the SDK's own. Each change answers as before; a file that is written otherwise than it was stays as it is, so
 * that another version of the SDK is slower and nothing else, and a test says which.
 */
export const swiftSdk: Plugin = {
  name: 'swift-sdk',
  setup: (bundling) => {
    for (const [file, changes] of Object.entries(CHANGES)) {
      bundling.onLoad({ filter: fileOf(file) }, async ({ path }) => ({
        contents: changeAll(await readFile(path, 'utf8'), changes),
      }));
    }
    bundling.onLoad({ filter: fileOf(HASH) }, () => ({ contents: OWN_HASH, resolveDir: import.meta.dirname }));
  },
};

const CORE = '@smithy/core/dist-es/submodules';
const AWS = '@aws-sdk/core/dist-es/submodules';

/** What exports `Sha256Node` and nothing else. */
const HASH = `${CORE}/checksum/sha256/Sha256Node.js`;
const OWN_HASH = "export { Sha256Node } from './swift-sha256.ts';";

/** By the file's path under node_modules. */
export const CHANGES: Readonly<Record<string, readonly Change[]>> = {
  // What `cacheMiddleware: true` asks for: nobody here changes a client's middleware after its first call.
  [`${CORE}/client/smithy-client/client.js`]: [
    ['this.config = config;', 'this.config = config;\n        config.cacheMiddleware ??= true;'],
  ],
  // A view of the configuration for each call, not a copy of its sixty members.
  [`${CORE}/schema/middleware/schemaSerializationMiddleware.js`]: [
    [
      '{\n        ...config,\n        ...context,\n        endpoint,\n    }',
      'Object.assign(Object.create(config), context, { endpoint })',
    ],
  ],
  [`${CORE}/schema/middleware/schemaDeserializationMiddleware.js`]: [
    ['{\n            ...config,\n            ...context,\n        }', 'Object.assign(Object.create(config), context)'],
  ],
  [`${CORE}/endpoints/middleware-endpoint/endpointMiddleware.js`]: [['{ ...config }', 'Object.create(config)']],
  // The environment and the configuration files say the same as long as the process lives.
  [`${CORE}/endpoints/middleware-endpoint/adaptors/getEndpointFromConfig.js`]: [
    ['export const getEndpointFromConfig =', 'const read = {};\nconst readEndpointFromConfig ='],
    [
      'return loadConfig(getEndpointUrlConfig(serviceId ?? ""))();\n};',
      'return loadConfig(getEndpointUrlConfig(serviceId ?? ""))();\n};\nexport const getEndpointFromConfig = (serviceId) => (read[serviceId] ??= readEndpointFromConfig(serviceId));',
    ],
  ],
  // An error that is there only to be overwritten takes its stack all the same.
  [`${CORE}/retry/middleware-retry/retryMiddleware.js`]: [['let lastError = new Error();', 'let lastError;']],
  // A client's signer differs from call to call in nothing but what it is handed.
  [`${AWS}/httpAuthSchemes/aws_sdk/resolveAwsSdkSigV4Config.js`]: [
    ['    let signer;\n', '    let signer;\n    let made;\n    let madeWith;\n'],
    [
      'signer = async (authScheme) => {\n',
      'signer = async (authScheme) => {\n            if (made !== undefined && madeWith === config.credentials)\n                return made;\n',
    ],
    [
      'return new SignerCtor(params);\n        };\n    }\n    const',
      'madeWith = config.credentials;\n            return (made = new SignerCtor(params));\n        };\n    }\n    const',
    ],
  ],
  // A signing key is known by what it is made of; the SDK asks by an HMAC of it, which costs as much as to sign.
  ['@smithy/signature-v4/dist-es/credentialDerivation.js']: [
    [
      '    const credsHash = await hmac(sha256Constructor, credentials.secretAccessKey, credentials.accessKeyId);\n',
      '',
    ],
    ['${toHex(credsHash)}', '${credentials.accessKeyId}:${credentials.secretAccessKey}'],
    ['import { toHex, toUint8Array }', 'import { toUint8Array }'],
  ],
  // Inputs and outputs are made fit for a log only where one is kept.
  [`${AWS}/client/middleware-logger/loggerMiddleware.js`]: [
    [
      'export const loggerMiddleware = () => (next, context) => async (args) => {',
      'import { NoOpLogger } from "@smithy/core/client";\nexport const loggerMiddleware = () => (next, context) => context.logger instanceof NoOpLogger ? next : async (args) => {',
    ],
  ],
  // Who calls stays the same; which features a call made use of is still told of each.
  [`${AWS}/client/middleware-user-agent/user-agent-middleware.js`]: [
    ['export const userAgentMiddleware =', 'const escaped = new WeakMap();\nexport const userAgentMiddleware ='],
    [
      'const defaultUserAgent = (await options.defaultUserAgentProvider()).map(escapeUserAgent);',
      'if (!escaped.has(options))\n        escaped.set(options, (await options.defaultUserAgentProvider()).map(escapeUserAgent));\n    const defaultUserAgent = [...escaped.get(options)];',
    ],
  ],
};

/** A file of the SDK with every change made, or with none where one does not find its place, or finds two. */
export function changeAll(source: string, changes: readonly Change[]): string {
  const areThere = changes.every(([was]) => source.split(was).length === 2);
  return areThere ? changes.reduce((text, [was, is]) => text.split(was).join(is), source) : source;
}

/** Matches a file of a package, on whatever system the path is written. */
function fileOf(file: string): RegExp {
  return new RegExp(`/node_modules/${file}`.replaceAll('.', '\\.').replaceAll('/', '[\\\\/]') + '$');
}
