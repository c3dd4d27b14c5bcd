import * as z from 'zod';
import type { ReadCredential } from '../../shared/aws/credential-reader.ts';
import type { ActionServices } from '../../shared/engine/ports.ts';
import { createRegistry } from '../../shared/sdk/action-registry.ts';
import { NoResult, Permanent, RateLimited, Retryable } from '../../shared/sdk/action-errors.ts';
import type { Action } from '../../shared/sdk/action.ts';
import { defineAction } from '../../shared/sdk/define-action.ts';
import { OF_STAGE, SECRET_NAMES } from './credentials/secret-names.ts';
import type { Instance, Stage } from './instance.ts';
import { SeededRandom } from './random.ts';
import type { GivenPage, Truth } from './truth.ts';
import { FAIL_KINDS, type FailKind, type InputScript } from './launch-body.ts';

const inputScript = z.strictObject({
  key: z.string(),
  pages: z.int().min(1),
  per_page: z.int().min(0),
  padding: z.int().min(0).optional(),
  takes_ms: z.int().min(0).optional(),
  fails: z
    .array(
      z.strictObject({
        page: z.int().min(0),
        kind: z.enum(FAIL_KINDS),
        times: z.int().min(1),
        after: z.int().min(1).optional(),
      }),
    )
    .optional(),
});

interface Question {
  readonly runUid: string;
  readonly idempotencyKey: string;
  readonly page: number;
  readonly cursor: string | null;
  readonly script: InputScript;
  /** What the action read before; null: nothing. */
  readonly secret: GivenPage['secret'];
}

interface Reply {
  readonly kind: 'page' | FailKind;
  readonly results: readonly { readonly key: string; readonly n: number; readonly call: number }[];
  readonly next: string | null;
  readonly retryAt: number;
  /** What the action is to log. */
  readonly logs: readonly string[];
}

/** Where an action that could not read its secret says so, for the record. */
const NEVER_ASKED = 'https://upstream.simulated/never-asked';
/** What stands for a secret where a history has none. */
const UNUSED = 'unused';

/** How fast the paced action may be called. */
export const PACE = { calls: 4, perMs: 20_000, minGapMs: 1_500 } as const;
export const PACED_ACTION = 'paced';

/** An action that asks the simulated upstream for each page and does as it is told. */
function scripted(name: string, pace: { readonly pace?: typeof PACE } = {}): Action {
  return defineAction({
    ...pace,
    name,
    title: 'Scripted',
    description: 'Gives what the simulated upstream gives.',
    pageSize: 10,
    input: inputScript,
    secrets: SECRET_NAMES,
    result: z.object({ key: z.string(), n: z.int(), call: z.int(), padding: z.string().optional() }),
    async run({ fetch, input, cursor, page, idempotencyKey, runUid, log, secret: readSecret }) {
      const script = { ...input } as InputScript; // cast: optional members differ by undefined only
      const question: Question = { runUid, idempotencyKey, page, cursor, script, secret: null };
      const post = (url: string, body: Question): ReturnType<typeof fetch> =>
        fetch(url, { method: 'POST', body: JSON.stringify(body) });
      const name = SECRET_NAMES[script.key.length % SECRET_NAMES.length] ?? SECRET_NAMES[0];
      const value = await readSecret(name).catch(async (error: unknown) => {
        await post(NEVER_ASKED, question).catch(() => undefined);
        throw error;
      });
      const secret = value === UNUSED ? null : { name, value };
      const answer = await post('https://upstream.simulated/', { ...question, secret });
      const { kind, results, next, retryAt, logs } = (await answer.json()) as Reply; // cast: the upstream is ours
      for (const line of logs) log.info(line);
      switch (kind) {
        case 'retryable':
          throw new Retryable('the upstream stumbled');
        case 'retryable_at':
          throw new Retryable('the upstream stumbled and says when', { retryAt });
        case 'rate_limited':
          throw new RateLimited(retryAt);
        case 'permanent':
          throw new Permanent('the upstream said never');
        case 'no_result':
          throw new NoResult('nothing here');
        case 'throw':
          throw new TypeError('cannot read what is not there');
        case 'invalid_result':
          return { results: [{ key: 'wrong' } as unknown as Reply['results'][number]], nextCursor: null }; // cast: meant to be refused
        case 'same_cursor':
          return { results, nextCursor: cursor };
        case 'hang':
        case 'page':
          return { results, nextCursor: next };
      }
    },
  });
}

export const scriptedActions = createRegistry({
  'upstream.ts': scripted('scripted'),
  'paced.ts': scripted(PACED_ACTION, { pace: PACE }),
});

/** Answers for every upstream of a history. Each call gets other items and another cursor, so that a mix of two shows. */
export function createUpstream(
  stage: Stage,
  truth: Truth,
): (instance: Instance, readCredential: ReadCredential) => ActionServices {
  const calls = new Map<string, number>();
  let total = 0;
  const random = new SeededRandom(stage.seed, 'upstream');

  function answer(question: Question, begunAt: number): { readonly reply: Reply | null; readonly given: GivenPage } {
    const { script, page, cursor, idempotencyKey } = question;
    const before = calls.get(idempotencyKey) ?? 0;
    calls.set(idempotencyKey, before + 1);
    const call = (total += 1);
    const fail = script.fails?.find(
      ({ page: at, times, after = 0 }) => at === page && before >= after && before < after + times,
    );
    const kind = fail?.kind ?? 'page';
    const following = page + 1 < script.pages ? `${script.key}:${page + 1}:${call}` : null;
    const next = kind === 'same_cursor' ? cursor : following;
    const gives = kind === 'page' || kind === 'same_cursor';
    const padding = script.padding === undefined ? {} : { padding: noise(random, script.padding) };
    const results = Array.from({ length: gives ? script.per_page : 0 }, (_, n) => ({
      key: script.key,
      n: page * script.per_page + n,
      call,
      ...padding,
    }));
    const retryAt = saysOf(kind, call, Math.round(stage.timeline.now()));
    const logs = kind === 'hang' ? [] : linesOf(call);
    const given = givenOf(question, { kind, results, next, logs }, { at: stage.timeline.now(), begunAt });
    truth.pages.push(given);
    stage.trace.add(`upstream gives ${kind} for ${script.key} page ${page} (call ${call})`);
    stage.coverage.hit(`action:${kind}`);
    return { given, reply: kind === 'hang' ? null : { kind, results, next, retryAt, logs } };
  }

  /** Notes where the engine stops listening to an answer for want of a seat; the script takes it for unasked. */
  function watchCut(
    { idempotencyKey }: Question,
    given: GivenPage,
    signal: AbortSignal | null | undefined,
  ): () => void {
    const note = (): void => {
      if (!String(signal?.reason).includes('share of the workers')) return;
      given.isCut = true;
      calls.set(idempotencyKey, (calls.get(idempotencyKey) ?? 1) - 1);
    };
    if (signal?.aborted === true) note();
    signal?.addEventListener('abort', note);
    return () => signal?.removeEventListener('abort', note);
  }

  const timesOf = ({ invokedAt: begunAt }: Instance) => ({ at: stage.timeline.now(), begunAt });

  return (instance, readCredential) => ({
    enter: (_, work) => work(),
    forWorkspace: (workspaceUid) => ({
      secret: async (name) => {
        if (truth.secrets === null) return UNUSED;
        return (await readCredential(workspaceUid, name)) ?? OF_STAGE;
      },
      maskSecrets: (text: string) => text,
      findSecret: () => null,
      fetch: async (url, init) => {
        const question = JSON.parse(String(init?.body)) as Question; // cast: asked by the action above
        // Now, not when it arrives: a call that hangs may arrive while its process has a later invocation in hand.
        const { invokedAt } = instance;
        const breakOff = (): Error => {
          truth.pages.push(givenOf(question, { kind: 'throw', results: [], next: null, logs: [] }, timesOf(instance)));
          return new Error('socket hang up');
        };
        if (url === NEVER_ASKED) throw breakOff();
        const watch = async () => {
          const { reply, given } = answer(question, invokedAt);
          return { reply, spare: watchCut(question, given, init?.signal) };
        };
        const { reply, spare } = await instance.call('POST upstream', watch, breakOff, Infinity);
        if (reply === null) return new Promise<Response>(() => undefined);
        const { takes_ms: takesMs = 0 } = question.script;
        if (takesMs > 0) await new Promise<void>((resolve) => void instance.clock.after(takesMs, resolve));
        spare();
        return { json: async () => reply } as unknown as Response; // cast: all that the action uses of it
      },
    }),
  });
}

/**
 * When the upstream wants to be asked again: soon, in a while, at once, or at a time that is past. What is no time, or is
 * far away, is said only with a failure that spends a try in any case.
 */
function saysOf(kind: string, call: number, now: number): number {
  if (kind === 'retryable_at' && call % 4 === 1) return call % 8 === 1 ? 999_999_999_999_999 : 1e20;
  if (call % 3 === 0) return now + 1_200_000;
  return call % 5 === 1 ? 0 : call % 5 === 2 ? now - 60_000 : now + 7_000;
}

/** Most calls log nothing. No line is like another. */
function linesOf(call: number): readonly string[] {
  return call % 3 === 0 ? Array.from({ length: 1 + (call % 2) }, (_, line) => `line ${line} of call ${call}`) : [];
}

function givenOf(
  { runUid, page, cursor, idempotencyKey, script, secret }: Question,
  { kind, results, next, logs }: Omit<Reply, 'retryAt'>,
  times: Pick<GivenPage, 'at' | 'begunAt'>,
): GivenPage {
  return {
    runUid,
    key: script.key,
    input: Number(idempotencyKey.split(':')[1]),
    page,
    cursor,
    kind,
    results,
    next,
    secret,
    logs,
    ...times,
    isCut: false,
  };
}

/** Text that does not compress. */
function noise(random: SeededRandom, bytes: number): string {
  return Buffer.from(random.bytes(Math.ceil((bytes * 3) / 4)))
    .toString('base64')
    .slice(0, bytes);
}
