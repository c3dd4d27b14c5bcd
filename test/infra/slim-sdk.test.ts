import { once } from 'node:events';
import { rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Bundle, bundleFunctions } from '../../infra/bundle.ts';
import { registerErrorsWhereDefined } from '../../infra/lazy-sdk-errors.ts';
import { writeOutKeys } from '../../infra/slim-sdk.ts';
import { folderOf } from './bundle-fixture.ts';

/** Bytes of code, minified; source maps and data files not counted. A cold start reads and compiles all of it. */
const MAX_BYTES = 650 * 1024;

const outDir = folderOf({ '.keep': '' });
let bundle: Bundle;
beforeAll(async () => {
  bundle = await bundleFunctions({ root: resolve(import.meta.dirname, '../..'), outDir });
});
afterAll(() => rmSync(outDir, { recursive: true }));

test('every function is small enough to start quickly', () => {
  expect(bundle.functions.length).toBeGreaterThan(0);
  expect(bundle.functions.filter(({ bytes }) => bytes > MAX_BYTES)).toEqual([]);
});

test('no function carries the S3 client, nor a second way to find credentials, nor event streams', () => {
  const heavy =
    /@aws-sdk[\\/](client-s3|nested-clients|credential-provider-(ini|sso|imds|process|login))|event-streams[\\/]/;
  const carried = Object.entries(bundle.metafile.outputs).flatMap(([output, { inputs }]) =>
    Object.entries(inputs).flatMap(([input, { bytesInOutput }]) =>
      bytesInOutput > 0 && heavy.test(input) ? [`${output}: ${input}`] : [],
    ),
  );
  expect(carried).toEqual([]);
});

test('a function that sends no messages goes without the SQS client', () => {
  const inputs = bundle.metafile.outputs['dist/functions/runs/index.mjs']?.inputs ?? {};
  expect(Object.keys(inputs).filter((input) => input.includes('client-dynamodb'))).not.toEqual([]);
  expect(Object.keys(inputs).filter((input) => input.includes('client-sqs'))).toEqual([]);
});

test('only functions that ask when a schedule fires carry the reader of crons', () => {
  const readers = Object.entries(bundle.metafile.outputs)
    .filter(([, { inputs }]) => Object.keys(inputs).some((input) => input.includes('cron-parser')))
    .map(([output]) => output.split('/').at(-2));
  expect(new Set(readers)).toEqual(new Set(['control', 'dead-letters', 'schedules']));
});

const ACTION = `
  import { ConditionalCheckFailedException, DynamoDBClient, DynamoDBServiceException, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
  export const handler = async (endpoint) => {
    const credentials = { accessKeyId: 'AK', secretAccessKey: 'secret' };
    const client = new DynamoDBClient({ endpoint, region: 'eu-west-1', credentials, maxAttempts: 1 });
    const told = [];
    for (const command of [new PutItemCommand({ TableName: 'items', Item: {} }), new GetItemCommand({ TableName: 'items', Key: {} })]) {
      const error = await client.send(command).catch((caught) => caught);
      told.push({
        isConditional: error instanceof ConditionalCheckFailedException,
        isOfService: error instanceof DynamoDBServiceException,
        name: error.name, message: error.message, item: error.Item, status: error.$metadata.httpStatusCode,
      });
    }
    return told;
  };`;

test('an error that is named in a bundle comes as its class, any other as its service’s with its name', async () => {
  const root = folderOf({ 'package.json': '{ "type": "module" }', 'functions/api/live.ts': ACTION });
  symlinkSync(resolve(import.meta.dirname, '../../node_modules'), join(root, 'node_modules'));
  const server = createServer((request, answer) => {
    const isPut = request.headers['x-amz-target'] === 'DynamoDB_20120810.PutItem';
    const type = `com.amazonaws.dynamodb.v20120810#${isPut ? 'ConditionalCheckFailed' : 'ResourceNotFound'}Exception`;
    answer.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
    answer.end(JSON.stringify({ __type: type, message: 'as told', ...(isPut ? { Item: { b: { B: 'AAE=' } } } : {}) }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    rmSync(root, { recursive: true });
  });
  const { functions, metafile } = await bundleFunctions({ root, outDir: join(root, 'out') });
  const { port } = server.address() as AddressInfo; // cast: it listens on a port
  const { handler }: { handler: (endpoint: string) => Promise<unknown> } = createRequire(import.meta.url)(
    functions[0]?.file ?? '',
  );
  const common = { isOfService: true, message: 'as told', status: 400 };
  expect(await handler(`http://127.0.0.1:${port}`)).toEqual([
    {
      ...common,
      isConditional: true,
      name: 'ConditionalCheckFailedException',
      item: { b: { B: new Uint8Array([0, 1]) } },
    },
    { ...common, isConditional: false, name: 'ResourceNotFoundException', item: undefined },
  ]);
  const classes = Object.entries(metafile.outputs['dist/functions/live/index.mjs']?.inputs ?? {});
  const bytes = classes.find(([input]) => input.endsWith('client-dynamodb/dist-es/models/errors.js'))?.[1]
    .bytesInOutput;
  expect(bytes).toBeLessThan(1_000);
});

test('a client whose errors are written in another form is left as it is', () => {
  const known = {
    schemas: 'import { Gone } from "../models/errors";\nn0_registry.registerError(Gone$, Gone);\n',
    errors: 'export class Gone extends __BaseException {\n}\n',
  };
  expect(registerErrorsWhereDefined(known).schemas).not.toContain('registerError');
  for (const odd of [
    { ...known, errors: `${known.errors}export class Other extends Gone {\n}\n` },
    { ...known, schemas: `${known.schemas}n0_registry.registerError(Other$, Other);\n` },
    { ...known, schemas: known.schemas.replace('../models/errors', '../errors') },
  ]) {
    expect(registerErrorsWhereDefined(odd)).toEqual(odd);
  }
});

test('keys computed from a module’s own texts are written out, and nothing else changes', () => {
  const source = [
    'const _h = "http";',
    'const _q = "a\\"b";',
    'const list = [_h];',
    'export var Get$ = [9, n0, _h, { [_h]: ["GET", [_h]], [_q]: 1, [other]: 2 }, () => list[_h]];',
  ].join('\n');
  expect(writeOutKeys(source)).toBe(source.replace('{ [_h]: ', '{ "http": '));
});
