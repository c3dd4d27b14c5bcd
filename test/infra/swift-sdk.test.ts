import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { Sha256 } from '@smithy/core/checksum';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import * as fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { bundleFunctions } from '../../infra/bundle.ts';
import { Sha256Node } from '../../infra/swift-sha256.ts';
import { changeAll, CHANGES } from '../../infra/swift-sdk.ts';
import { folderOf } from './bundle-fixture.ts';

/** Two clients' worth of calls at once, each with its own key, so that nothing of one may end in another. */
const CALLS = `
  import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
  export const handler = async (config) => {
    const clients = [new DynamoDBClient(config), new DynamoDBClient(config)];
    const made = clients.flatMap((client, of) => [...Array(6).keys()].map(async (n) => {
      const id = { S: of + '-' + n };
      const Command = n % 2 === 0 ? GetItemCommand : PutItemCommand;
      const { Item, Attributes } = await client.send(new Command({ TableName: 'items', Key: { id }, Item: { id } }));
      return (Item ?? Attributes).id.S === id.S;
    }));
    return await Promise.all(made);
  };`;

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

interface Heard {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

test('a bundled client asks for and signs what the SDK does, each of many calls at once', async () => {
  const root = folderOf({ 'package.json': '{ "type": "module" }', 'functions/api/calls.ts': CALLS });
  symlinkSync(resolve(import.meta.dirname, '../../node_modules'), join(root, 'node_modules'));
  const { endpoint, heard } = await serveItems();
  onTestFinished(() => rmSync(root, { recursive: true }));
  const { functions } = await bundleFunctions({ root, outDir: join(root, 'out') });
  const outcomes: unknown[] = [];
  for (const file of [functions[0]?.file ?? '', join(root, 'functions/api/calls.ts')]) {
    const { handler } = await import(pathToFileURL(file).href);
    outcomes.push(await handler({ endpoint, region: 'eu-west-1', credentials }));
  }
  expect(outcomes.flat()).toEqual(Array.from({ length: 24 }, () => true));
  for (const request of heard) expect(request.headers.authorization).toBe(await signatureOf(request));
  const [bundled, plain] = [heard.slice(0, 12), heard.slice(12)].map((calls) => calls.map(lasting).sort());
  expect(bundled).toEqual(plain);
});

/** Answers each call with the item it names. */
async function serveItems(): Promise<{ readonly endpoint: string; readonly heard: Heard[] }> {
  const heard: Heard[] = [];
  const server = createServer(async (request, answer) => {
    const body = await text(request);
    heard.push({ headers: request.headers, body });
    answer.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
    const { Item, Key = Item } = JSON.parse(body);
    answer.end(JSON.stringify({ Item: Key, Attributes: Key }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo; // cast: it listens on a port
  return { endpoint: `http://127.0.0.1:${port}`, heard };
}

/** What the authorization of a request must be, by the SDK's own signer with its own hash. */
async function signatureOf({ headers, body }: Heard): Promise<string | undefined> {
  const signer = new SignatureV4({ credentials, region: 'eu-west-1', service: 'dynamodb', sha256: Sha256 });
  const names = /SignedHeaders=([^,]*)/.exec(headers.authorization ?? '')?.[1]?.split(';') ?? [];
  const signed = Object.fromEntries(names.map((name) => [name, String(headers[name])]));
  const request = new HttpRequest({ method: 'POST', path: '/', headers: signed, body });
  const date = String(headers['x-amz-date']).replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z');
  return (await signer.sign(request, { signingDate: new Date(date) })).headers['authorization'];
}

/** Of a request, what is the same whenever it is made; the SDK's two builds do not agree on their version. */
function lasting({ headers, body }: Heard): string {
  const { authorization, 'x-amz-date': _date, 'amz-sdk-invocation-id': _id, ...rest } = headers;
  return JSON.stringify([rest, authorization?.replace(/Signature=.*/, ''), body]).replaceAll(/3\.\d{4}\.\d+/g, '3.x');
}

test('the hash is Node’s, with any key and in any parts', async () => {
  const bytes = fc.uint8Array({ maxLength: 200 });
  await fc.assert(
    fc.asyncProperty(fc.array(bytes, { maxLength: 3 }), fc.option(bytes), async (parts, key) => {
      const hash = new Sha256Node(key ?? undefined);
      const nodes = key === null ? createHash('sha256') : createHmac('sha256', key);
      for (const part of parts) hash.update(part);
      for (const part of parts) nodes.update(part);
      expect(Buffer.from(await hash.digest()).toString('hex')).toBe(nodes.digest('hex'));
    }),
  );
});

test('every change finds its place in the SDK that is installed', () => {
  for (const [file, changes] of Object.entries(CHANGES)) {
    const source = readFileSync(resolve(import.meta.dirname, '../../node_modules', file), 'utf8');
    expect(changeAll(source, changes), file).not.toBe(source);
  }
});

test('a file with a place that is not there, or is there twice, stays as it is', () => {
  const changes = [
    ['a', 'd'],
    ['b', 'e'],
  ] as const;
  expect(changeAll('a b c', changes)).toBe('d e c');
  for (const source of ['a c', 'a b b']) expect(changeAll(source, changes)).toBe(source);
});
