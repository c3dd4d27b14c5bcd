import * as z from 'zod';
import { throwForStatus } from '../../functions/actions/upstream/throw-for-status.ts';
import type { Action, ActionPage } from '../../shared/sdk/action.ts';
import { NoResult, Permanent, RateLimited, Retryable } from '../../shared/sdk/action-errors.ts';
import { defineAction } from '../../shared/sdk/define-action.ts';
import { SPELLINGS } from './spellings.ts';

interface Leak {
  readonly secret: string;
  readonly upstream: string;
  readonly fetch: (url: string, headers: Readonly<Record<string, string>>) => Promise<Response>;
  readonly log: (message: string, data: Readonly<Record<string, unknown>>) => void;
}

const NOTHING: ActionPage<never> = { results: [], nextCursor: null };

/** Ways in which an action lets a secret out. */
const LEAKS: Readonly<Record<string, (leak: Leak) => Promise<ActionPage<Readonly<Record<string, unknown>>>>>> = {
  message: async ({ secret }) => raise(new Error(`bad token ${secret}`)),
  cause: async ({ secret }) => raise(new Error('outer', { cause: new Error('inner', { cause: secret }) })),
  property: async ({ secret }) =>
    raise(Object.assign(new Error('request failed'), { config: { headers: [{ secret }] } })),
  several: async ({ secret }) => raise(new AggregateError([new Error(secret)], 'both failed')),
  text: async ({ secret }) => raise(`not an error: ${secret}`),
  object: async ({ secret }) => raise({ toString: () => secret, secret }),
  bytes: async ({ secret }) => raise(Object.assign(new Error('bytes'), { sent: Buffer.from(secret) })),
  stack: async ({ secret }) => raise(Object.assign(new Error('in its stack'), { stack: `Error: x\n at ${secret}` })),
  header: async ({ secret }) => raise(new Headers({ authorization: `Bearer ${secret}\nx` })),
  permanent: async ({ secret }) => raise(new Permanent(`refused: ${secret}`)),
  retryable: async ({ secret }) => raise(new Retryable(`busy: ${secret}`, { cause: secret })),
  limited: async ({ secret }) => raise(new RateLimited(Date.parse('2020-01-01'), `slow down, ${secret}`)),
  nothing: async ({ secret }) => raise(new NoResult(`nothing for ${secret}`)),
  long: async ({ secret }) => raise(new Permanent(`${'x'.repeat(1_990)}${secret}`)),
  'upstream body': async ({ secret, upstream, fetch }) => {
    const answer = await fetch(`${upstream}/echo`, { authorization: `Basic ${btoa(`user:${secret}`)}` });
    throw new Permanent(`the upstream said ${await answer.text()}`);
  },
  redirect: async ({ secret, upstream, fetch }) => {
    const answer = await fetch(`${upstream}/moved?key=${encodeURIComponent(secret)}`, {});
    throwForStatus(answer, 'the upstream', 0);
    return NOTHING;
  },
  coding: async ({ secret, upstream, fetch }) => {
    await fetch(`${upstream}/coding?key=${encodeURIComponent(secret)}`, {});
    return NOTHING;
  },
  'no upstream': async ({ secret, fetch }) => {
    await fetch(`http://127.0.0.1:1/?key=${encodeURIComponent(secret)}`, {});
    return NOTHING;
  },
  result: async ({ secret }) => ({ results: [{ token: secret }], nextCursor: null }),
  'result key': async ({ secret }) => ({ results: [{ [secret]: 1 }], nextCursor: null }),
  'result in base64': async ({ secret }) => ({ results: [{ sent: btoa(`user:${secret}`) }], nextCursor: null }),
  'refused result': async ({ secret }) => ({ results: [{ checked: secret }], nextCursor: null }),
  cursor: async ({ secret }) => ({ results: [{}], nextCursor: `https://a.example/?token=${secret}` }),
  log: async ({ secret, log }) => {
    log(`calling with ${secret}`, { headers: { authorization: `Basic ${btoa(`user:${secret}`)}` }, size: 1n });
    log('calling', { secret, nested: [{ secret }] });
    return NOTHING;
  },
  console: async ({ secret }) => {
    console.log('token', secret, { secret });
    console.error(new Error(secret));
    console.warn({ run_uid: 'mine', secret });
    return NOTHING;
  },
  ...Object.fromEntries(
    Object.entries(SPELLINGS).map(([name, write]) => [
      name,
      async ({ secret }: Leak) => raise(new Permanent(`the upstream said ${write(secret)}`)),
    ]),
  ),
};

export const LEAK_NAMES: readonly string[] = Object.keys(LEAKS);

/** An action that tells its secret LEAKY_TOKEN wherever it can. */
export const leaky: Action = defineAction({
  name: 'leaky',
  title: 'Leaky',
  description: 'For tests: tells its secret.',
  secrets: ['LEAKY_TOKEN'],
  input: z.strictObject({ how: z.string(), upstream: z.url() }),
  result: z.looseObject({
    checked: z
      .string()
      .refine((text) => text === '', { error: ({ input }) => `must not be ${String(input)}` })
      .optional(),
  }),
  async run({ input, fetch, secret, log, signal }) {
    const leak = LEAKS[input.how];
    if (leak === undefined) throw new Permanent('there is no such leak', { label: 'BAD_INPUT' });
    return leak({
      secret: await secret('LEAKY_TOKEN'),
      upstream: input.upstream,
      fetch: (url, headers) => fetch(url, { headers, signal }),
      log: log.warn,
    });
  },
});

function raise(thrown: unknown): never {
  throw thrown;
}
