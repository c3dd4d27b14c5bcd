import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { createDnsResolve, createGuardedLookup } from '../../shared/aws/guarded-http/lookup.ts';

const A = 1;
const AAAA = 28;
const opened: (() => unknown)[] = [];
afterEach(() => {
  for (const close of opened.splice(0)) close();
});

/** What a name server says to a question of a type: addresses as bytes, or a response code (RFC 1035 §4.1.1). */
type Zone = (type: number) => { readonly code: number; readonly addresses: readonly (readonly number[])[] };

async function startNameServer(zone: Zone): Promise<string> {
  const socket = createSocket('udp4');
  opened.push(() => socket.close());
  socket.on('message', (query, from) => socket.send(answerTo(query, zone), from.port, from.address));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return `127.0.0.1:${socket.address().port}`;
}

/** Header, the question repeated, then one record for each address, its name a pointer to the question's. */
function answerTo(query: Buffer, zone: Zone): Buffer {
  const questionEnd = query.indexOf(0, 12) + 5;
  const type = query.readUInt16BE(questionEnd - 4);
  const { code, addresses } = zone(type);
  const header = Buffer.from([...query.subarray(0, 2), 0x81, 0x80 | code, 0, 1, 0, addresses.length, 0, 0, 0, 0]);
  const records = addresses.map((bytes) =>
    Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, bytes.length, ...bytes]),
  );
  return Buffer.concat([header, query.subarray(12, questionEnd), ...records]);
}

const NO_ERROR = 0;
const SERVER_FAILURE = 2;
const NO_SUCH_NAME = 3;
const V6 = [0x26, 6, ...Array.from({ length: 13 }, () => 0), 1];

test('all A and AAAA answers come together', async () => {
  const server = await startNameServer((type) => ({
    code: NO_ERROR,
    addresses:
      type === A
        ? [
            [93, 184, 216, 34],
            [10, 0, 0, 1],
          ]
        : [V6],
  }));
  expect(await createDnsResolve([server])('hook.example')).toEqual([
    { address: '93.184.216.34', family: 4 },
    { address: '10.0.0.1', family: 4 },
    { address: '2606::1', family: 6 },
  ]);
});

test.each([A, AAAA])('a host with answers of only one type is found (%i)', async (type) => {
  const address = type === A ? [1, 2, 3, 4] : V6;
  const zone: Zone = (asked) => ({ code: NO_ERROR, addresses: asked === type ? [address] : [] });
  expect(await createDnsResolve([await startNameServer(zone)])('hook.example')).toHaveLength(1);
});

test.each([
  [NO_SUCH_NAME, 'ENOTFOUND'],
  [SERVER_FAILURE, 'ESERVFAIL'],
  [NO_ERROR, 'ENODATA'],
])('a host without answers is an error with DNS’s code (%i)', async (code, name) => {
  const server = await startNameServer(() => ({ code, addresses: [] }));
  await expect(createDnsResolve([server])('hook.example')).rejects.toMatchObject({ code: name });
});

test('a socket is handed the very answers that were checked', async () => {
  const answers = [
    { address: '2606::1', family: 6 },
    { address: '1.2.3.4', family: 4 },
  ];
  const checked: string[] = [];
  const lookup = createGuardedLookup(
    () => Promise.resolve(answers),
    (ip) => (checked.push(ip), null),
  );
  const all = await new Promise((resolve) => lookup('hook.example', { all: true }, (_error, found) => resolve(found)));
  const one = await new Promise((resolve) => lookup('hook.example', {}, (_error, ...found) => resolve(found)));
  expect(all).toEqual(answers);
  expect(one).toEqual(['2606::1', 6]);
  expect(checked).toEqual(['2606::1', '1.2.3.4', '2606::1', '1.2.3.4']);
});
