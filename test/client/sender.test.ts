import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { listenLocally, urlOf } from '../../infra/local/listen.ts';
import { MACHINE } from '../../shared/client/machine.ts';
import { createSender, type ClientOptions } from '../../shared/client/send.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A server that gives these answers in turn, the last one again and again; what it was asked, and for how long one waited. */
async function scripted(answers: readonly Answer[], options: Partial<ClientOptions> = {}) {
  const asked: IncomingMessage[] = [];
  const waits: number[] = [];
  server = createServer((request, response) => {
    asked.push(request);
    (answers[asked.length - 1] ?? answers.at(-1))?.(request, response);
  });
  await listenLocally(server, 0);
  let ids = 0;
  const machine = {
    ...MACHINE,
    random: () => 1,
    uuid: () => `key-${(ids += 1)}`,
    sleep: (ms: number) => {
      waits.push(ms);
      return Promise.resolve();
    },
  };
  const sender = createSender({ url: `${urlOf(server)}/`, apiKey: 'trk_x', ...options }, machine);
  return { ...sender, waits, keys: () => asked.map(({ headers }) => headers['idempotency-key']), asked };
}

const hangsUp: Answer = ({ socket }) => socket.destroy();
const answers =
  (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer =>
  (_, response) =>
    response.writeHead(status, headers).end(JSON.stringify(body));
const error = (label: string, status: number, retryable: boolean, headers = {}): Answer =>
  answers(status, { error_label: label, error_ref: 'r', message: 'no', retryable, params: {} }, headers);

describe('a launch', () => {
  const launch = { method: 'POST', path: '/v1/actions/a/run/async', body: {}, key: 'own' } as const;

  it('is sent again under its key until it is answered', async () => {
    const { send, keys } = await scripted([hangsUp, error('UNAVAILABLE', 503, true), answers(202, { uid: 'u' })]);
    expect(await send(launch)).toMatchObject({ status: 202, text: '{"uid":"u"}' });
    expect(keys()).toEqual(['key-1', 'key-1', 'key-1']);
  });

  it('that a limit refuses waits for as long as it is told, and is sent under a new key', async () => {
    const { send, keys, waits } = await scripted([
      error('LIMIT_REACHED', 429, true, { 'retry-after': '2' }),
      answers(202, {}),
    ]);
    await send(launch);
    expect(keys()).toEqual(['key-1', 'key-2']);
    expect(waits[0]).toBeGreaterThan(1_900);
  });

  it('is refused once', async () => {
    const { send, asked } = await scripted([error('BAD_INPUT', 400, false)]);
    await expect(send(launch)).rejects.toMatchObject({
      name: 'TriremeError',
      label: 'BAD_INPUT',
      status: 400,
      ref: 'r',
    });
    expect(asked).toHaveLength(1);
  });

  it('that nobody answers is given up with the reason, after its attempts', async () => {
    const { send, asked } = await scripted([hangsUp], { retry: { attempts: 3 } });
    await expect(send(launch)).rejects.toMatchObject({ label: 'NO_ANSWER', retryable: true });
    expect(asked).toHaveLength(3);
  });
});

describe('any call', () => {
  it('has its key in a header, its body as JSON, and a query without what is absent', async () => {
    const { send, asked } = await scripted([answers(200, [])]);
    await send({
      method: 'GET',
      path: '/v1/runs',
      query: { status: ['FAILED', 'STOPPED'], name: undefined, limit: 5 },
    });
    expect(asked[0]?.url).toBe('/v1/runs?status=FAILED&status=STOPPED&limit=5');
    expect(asked[0]?.headers).toMatchObject({ 'x-api-key': 'trk_x' });
    expect(asked[0]?.headers['content-type']).toBeUndefined();
  });

  it('takes no answer from another address than its own', async () => {
    const { send } = await scripted([answers(302, {}, { location: 'http://127.0.0.1:9/' })], {
      retry: { attempts: 1 },
    });
    await expect(send({ method: 'GET', path: '/v1/runs' })).rejects.toMatchObject({ label: 'NO_ANSWER' });
  });

  it("ends with its signal's reason, while it is under way and while it waits", async () => {
    const ending = new AbortController();
    const { send } = await scripted([() => ending.abort(new Error('enough'))]);
    await expect(send({ method: 'GET', path: '/', signal: ending.signal })).rejects.toThrow('enough');
    await expect(send({ method: 'GET', path: '/', signal: ending.signal })).rejects.toThrow('enough');
    const waiting = new AbortController();
    const sleeping = MACHINE.sleep(3_600_000, waiting.signal);
    waiting.abort(new Error('no longer'));
    await expect(sleeping).rejects.toThrow('no longer');
  });

  it('that is not answered in time got no answer', async () => {
    const { send } = await scripted([() => undefined], { timeoutMs: 50, retry: { attempts: 1 } });
    await expect(send({ method: 'GET', path: '/' })).rejects.toMatchObject({ label: 'NO_ANSWER' });
  });
});
