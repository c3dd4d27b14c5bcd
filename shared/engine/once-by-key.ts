import { KEY_LEASE_MS } from '../domain/timing.ts';
import { EngineError, ERROR_CATALOGUE } from '../domain/errors.ts';

/** A request under a key of its caller's choosing. */
export interface KeyedRequest {
  readonly workspaceUid: string;
  readonly key: string;
  /** Of all that makes the request what it is. */
  readonly hash: string;
}

/** What is kept of the first request under a key. */
export interface KeyRow {
  /** Of the request; empty when the request was refused and the key is free again. */
  readonly hash: string;
  /** What every uid the request gives out is made of, so that whoever carries on gives out the same. */
  readonly seed: Uint8Array;
  /** What the request meant to change, as it was then; null where that says nothing. */
  readonly before: number | null;
  /** Until then (epoch ms) someone is at work on it. */
  readonly leaseUntil: number;
  /** Null while there is none, or where it can be made again. */
  readonly answer: { readonly value: unknown } | null;
}

/** Keys of requests, kept for a day (`KEY_LIFETIME_MS`). */
export interface KeyStore {
  /** A strong read; null where the key is free. */
  readKey(request: KeyedRequest, now: number): Promise<KeyRow | null>;
  /** Takes a free key, or with `lapsed` one whose lease was that row's. Refused: the row that stands. */
  claimKey(
    request: KeyedRequest,
    row: Omit<KeyRow, 'answer'>,
    lapsed: KeyRow | null,
    now: number,
  ): Promise<{ readonly claimed: true } | { readonly claimed: false; readonly row: KeyRow | null }>;
  /** Keeps the answer, a JSON value. */
  answerKey(request: KeyedRequest, answer: unknown): Promise<void>;
  /** Ends this lease, if it still stands; whoever comes next carries on, or with `free` begins anew. */
  dropKey(request: KeyedRequest, lease: { readonly leaseUntil: number; readonly free: boolean }): Promise<void>;
}

export interface OncePorts {
  readonly keyStore: KeyStore;
  readonly now: () => number;
  readonly randomBytes: (count: number) => Uint8Array;
}

/** What a request does once its checks are done. */
export interface OnceWork<Answer> {
  /**
   * The answer, made again from what the first request left behind; null where it left nothing yet. What was done and not
   * answered is known by it, though a check would refuse it by now.
   */
  readonly recall?: (seed: Uint8Array) => Promise<Answer | null>;
  /** Beside `recall`: what is made again may differ from the first answer, so that one is kept all the same. */
  readonly keepsAnswer?: true;
  /** Checks, then claims, then changes things. An EngineError of the caller's fault says that nothing was changed. */
  readonly run: (claim: Claim) => Promise<Answer>;
}

/** Takes the key, if there is one. Gives the first request's seed and `before`, which are this one's if it is the first. */
export type Claim = (before?: number) => Promise<Pick<KeyRow, 'seed' | 'before'>>;

const SEED_BYTES = 16;
const RETRY_AFTER_SECONDS = 1;

/**
 * Does a request once for its key: the same request again gets the first answer, `replayed`. A refusal keeps no key; a
 * crash or a fault of ours leaves one, and the next request carries on under the same seed, also should that be refused. Throws IDEMPOTENCY_MISMATCH
 * and IDEMPOTENCY_IN_FLIGHT. Null for a request: there is no key, it is just done.
 */
export async function onceByKey<Answer>(
  ports: OncePorts,
  request: KeyedRequest | null,
  work: OnceWork<Answer>,
): Promise<{ readonly answer: Answer; readonly replayed: boolean }> {
  const seed = ports.randomBytes(SEED_BYTES);
  if (request === null) {
    return { answer: await work.run(async (before) => ({ seed, before: before ?? null })), replayed: false };
  }
  const stored = await ports.keyStore.readKey(request, ports.now());
  if (stored !== null) {
    const answer = await answerOf(request, stored, work);
    if (answer !== null) return { answer, replayed: true };
    if (stored.leaseUntil > ports.now()) throw inFlight(request);
  }
  /** Null: not claimed yet. */
  let leaseUntil: number | null = null;
  try {
    const answer = await work.run(async (before) => {
      const row = stored ?? { hash: request.hash, seed, before: before ?? null };
      leaseUntil = await claim(ports, request, row, stored);
      return row;
    });
    if (work.recall === undefined || work.keepsAnswer === true) await ports.keyStore.answerKey(request, answer);
    return { answer, replayed: false };
  } catch (error) {
    // Refused, nothing was changed; anything else may have been carried out all the same, as may what an earlier one did.
    const refused = error instanceof EngineError && ERROR_CATALOGUE[error.label].status < 500;
    if (leaseUntil !== null) {
      await ports.keyStore.dropKey(request, { leaseUntil, free: refused && stored === null });
    }
    // A check may refuse it for what another sending of it has done since the key was read.
    const answer = refused && leaseUntil === null ? await answeredMeanwhile(ports, request, work) : null;
    if (answer !== null) return { answer, replayed: true };
    throw error;
  }
}

/** The answer to another sending of a request. Null: none is at work on it. Throws IDEMPOTENCY_IN_FLIGHT where one is. */
async function answeredMeanwhile<Answer>(
  ports: OncePorts,
  request: KeyedRequest,
  work: OnceWork<Answer>,
): Promise<Answer | null> {
  const row = await ports.keyStore.readKey(request, ports.now());
  if (row === null || row.hash !== request.hash) return null;
  const answer = await answerOf(request, row, work);
  if (answer === null && row.leaseUntil > ports.now()) throw inFlight(request);
  return answer;
}

async function answerOf<Answer>(request: KeyedRequest, row: KeyRow, work: OnceWork<Answer>): Promise<Answer | null> {
  if (row.hash !== request.hash) {
    const message = `The Idempotency-Key ${request.key} was used in the last 24 hours for a different request; use a new key.`;
    throw new EngineError('IDEMPOTENCY_MISMATCH', message);
  }
  if (row.answer !== null) return row.answer.value as Answer; // cast: kept by the same request's work
  return (await work.recall?.(row.seed)) ?? null;
}

/** Takes the key; gives until when (epoch ms). */
async function claim(
  ports: OncePorts,
  request: KeyedRequest,
  row: Pick<KeyRow, 'hash' | 'seed' | 'before'>,
  lapsed: KeyRow | null,
): Promise<number> {
  const now = ports.now();
  const leaseUntil = now + KEY_LEASE_MS;
  const taken = await ports.keyStore.claimKey(request, { ...row, leaseUntil }, lapsed, now);
  if (taken.claimed) return leaseUntil;
  // Its own write, done and reported as failed, was made again.
  if (lapsed === null && taken.row !== null && isSameSeed(taken.row.seed, row.seed)) return leaseUntil;
  if (taken.row !== null && taken.row.hash !== request.hash) {
    const message = `The Idempotency-Key ${request.key} was just used for a different request; use a new key.`;
    throw new EngineError('IDEMPOTENCY_MISMATCH', message);
  }
  throw inFlight(request);
}

function isSameSeed(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

function inFlight({ key }: KeyedRequest): EngineError {
  const message = `The first request with the Idempotency-Key ${key} has not been answered yet; repeat the request to get its answer.`;
  return new EngineError('IDEMPOTENCY_IN_FLIGHT', message, { retryAfterSeconds: RETRY_AFTER_SECONDS });
}
