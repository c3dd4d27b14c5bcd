import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { createGuardedHttp } from '../../shared/aws/guarded-http.ts';
import { createWebhookSigner } from '../../shared/domain/webhook-signature.ts';
import { cpuOf } from './process-cpu.ts';

/** Requests a second of the callback sender (guard, signature, POST) and of bare node:http, measured in turns against one receiver. */
export type CallbackSenderRates = { ours: number; bareNode: number };

const IN_FLIGHT = 64;
const REQUESTS_A_TURN = 8000;
const TURNS = 4;
const BODY = JSON.stringify({ type: 'run.page', results: 'x'.repeat(988) }); // 1,024 bytes
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

type Send = (id: number) => Promise<unknown>;

/** Measures both senders in alternating turns, so that a busy machine slows both alike; the first turn of each warms up. */
export async function benchCallbackSender(): Promise<CallbackSenderRates> {
  const { child, url } = await startReceiver();
  const bare = createBareSender(url);
  const ours = createOurSender(url);
  try {
    await measure(bare.send);
    await measure(ours.send);
    const rates = { ours: 0, bareNode: 0 };
    for (let turn = 0; turn < TURNS; turn++) {
      rates.bareNode += (await measure(bare.send)) / TURNS;
      rates.ours += (await measure(ours.send)) / TURNS;
    }
    return { ours: Math.round(rates.ours), bareNode: Math.round(rates.bareNode) };
  } finally {
    bare.close();
    ours.close();
    child.kill();
  }
}

/** CPU of this process for one request over a connection that is kept, ms: the least that any call takes. */
export async function cpuOfRequest(): Promise<number> {
  const { child, url } = await startReceiver();
  const bare = createBareSender(url);
  try {
    await measure(bare.send);
    return (await cpuOf(() => measure(bare.send))) / REQUESTS_A_TURN;
  } finally {
    bare.close();
    child.kill();
  }
}

async function startReceiver(): Promise<{ child: ChildProcess; url: string }> {
  const child = fork(fileURLToPath(new URL('./callback-receiver.ts', import.meta.url)));
  const [port]: unknown[] = await once(child, 'message');
  return { child, url: `http://127.0.0.1:${String(port)}/hook` };
}

function createOurSender(url: string): { send: Send; close(): void } {
  const http = createGuardedHttp({ policy: { allowedPorts: [443], allowLocalHttp: true } });
  const sign = createWebhookSigner([SECRET]);
  return {
    close: () => http.close(),
    send(id) {
      const uid = `018f0000-0000-8000-8000-${String(id).padStart(12, '0')}`;
      const headers = {
        'content-type': 'application/json',
        'webhook-id': uid,
        'webhook-timestamp': '1772366400',
        'webhook-signature': sign(uid, 1_772_366_400, BODY),
      };
      return http.request({ url, method: 'POST', headers, body: BODY, poolKey: 'w1', isRepeatable: true });
    },
  };
}

/** The least one can write with node:http: keep-alive, the same headers, the answer read to its end. */
function createBareSender(url: string): { send: Send; close(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
  const { hostname, port, pathname: path } = new URL(url);
  return {
    close: () => agent.destroy(),
    send: (id) =>
      new Promise((resolve, reject) => {
        const headers = {
          'content-type': 'application/json',
          'webhook-id': `018f0000-0000-8000-8000-${String(id).padStart(12, '0')}`,
          'webhook-timestamp': '1772366400',
          'webhook-signature': 'v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
        };
        const outgoing = request({ agent, hostname, port, path, method: 'POST', headers }, (incoming) => {
          incoming.on('end', () => resolve(incoming.statusCode)).resume();
        });
        outgoing.on('error', reject).end(BODY);
      }),
  };
}

async function measure(send: Send): Promise<number> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < REQUESTS_A_TURN) await send(next++);
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  return REQUESTS_A_TURN / ((performance.now() - startedAt) / 1000);
}
