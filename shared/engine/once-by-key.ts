import { KEY_LEASE_MS } from '../domain/timing.ts';
import { EngineError, ERROR_CATALOGUE } from '../domain/errors.ts';

/** A request with an Idempotency-Key. */
export interface KeyedRequest {
  readonly workspaceUid: string;
  readonly key: string;
  /** Hash of method, path, query and body: a different request has another hash. */
  readonly hash: string;
}

/** What is stored of the first request with a key. */
export interface KeyRow {
  /** The hash of the request; empty when the request was refused and the key is free again. */
  readonly hash: string;
  /**
   * The seed of every uid that the request creates, so that a later request that continues it creates the same uids.
   */
  readonly seed: Uint8Array;
  /** The state of what the request changes, as the first request read it; null where no state matters. */
  readonly before: number | null;
  /** Until when a request is at work with the key (epoch ms). */
  readonly leaseUntil: number;
  /** The first answer; null while there is none, or where it can be made again. */
  readonly answer: { readonly value: unknown } | null;
}

/** The keys of requests. They are kept for a day (`KEY_LIFETIME_MS`). */
export interface KeyStore {
  /** A strong read; null where the key is free. */
  readKey(request: KeyedRequest, now: number): Promise<KeyRow | null>;
  /**
   * Claims a free key, or with `lapsed` a key whose row still has that row's lease. Refused: returns the current row.
   */
  claimKey(
    request: KeyedRequest,
    row: Omit<KeyRow, 'answer'>,
    lapsed: KeyRow | null,
    now: number,
  ): Promise<{ readonly claimed: true } | { readonly claimed: false; readonly row: KeyRow | null }>;
  /**
   * Stores the answer, a JSON value, about that run (null: about none): it is noted with the run, so that it is deleted
   * with it.
   */
  answerKey(request: KeyedRequest, answer: unknown, runUid: string | null, now: number): Promise<void>;
  /** Ends this lease if the key still has it. The next request continues the work, or with `free` begins anew. */
  dropKey(request: KeyedRequest, lease: { readonly leaseUntil: number; readonly free: boolean }): Promise<void>;
}

/** The ports of {@link onceByKey}. */
export interface OncePorts {
  readonly keyStore: KeyStore;
  readonly now: () => number;
  readonly randomBytes: (count: number) => Uint8Array;
}

/** The work of a request. */
export interface OnceWork<Answer> {
  /**
   * Makes the answer again from what the first request stored; null where it stored nothing yet. So work that was done
   * but not answered is recognised, even if a check would refuse the request by now.
   */
  readonly recall?: (seed: Uint8Array) => Promise<Answer | null>;
  /** The run that a stored answer is about; absent: about none. */
  readonly runOf?: (seed: Uint8Array) => string;
  /** With `recall`: a recalled answer may differ from the first one, so the first answer is stored too. */
  readonly keepsAnswer?: true;
  /**
   * Checks, then claims the key, then makes changes. An EngineError with a 4xx label means that nothing was changed.
   */
  readonly run: (claim: Claim) => Promise<Answer>;
}

/** Claims the key, if there is one. Returns seed and `before` of the first request, which may be this one. */
export type Claim = (before?: number) => Promise<Pick<KeyRow, 'seed' | 'before'>>;

const SEED_BYTES = 16;
const RETRY_AFTER_SECONDS = 1;

/**
 * Does a request once per key: the same request again gets the first answer, `replayed`. A refused request frees its
 * key. A crash or an error on our side keeps it, and the next request continues with the same seed; the key then stays
 * even if that request is refused. Without a key (`request` null) the work is just done. Throws IDEMPOTENCY_MISMATCH
 * and IDEMPOTENCY_IN_FLIGHT.
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
  const { runOf } = work;
  try {
    const answer = await work.run(async (before) => {
      const row = stored ?? { hash: request.hash, seed, before: before ?? null };
      leaseUntil = await claim(ports, request, row, stored);
      return row;
    });
    if (work.recall === undefined || work.keepsAnswer === true) {
      const runUid = runOf === undefined ? null : runOf((stored ?? { seed }).seed);
      await ports.keyStore.answerKey(request, answer, runUid, ports.now());
    }
    return { answer, replayed: false };
  } catch (error) {
    // A refusal changed nothing. After any other error, this or an earlier request may have made its changes.
    const refused = error instanceof EngineError && ERROR_CATALOGUE[error.label].status < 500;
    if (leaseUntil !== null) {
      await ports.keyStore.dropKey(request, { leaseUntil, free: refused && stored === null });
    }
    // A check may refuse it because the same request, sent twice, has made the change since the key was read.
    const answer = refused && leaseUntil === null ? await answeredMeanwhile(ports, request, work) : null;
    if (answer !== null) return { answer, replayed: true };
    throw error;
  }
}

/**
 * The answer to the same request, sent before. Null: there is none. Throws IDEMPOTENCY_IN_FLIGHT while it is at work.
 */
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

/** Claims the key; returns the end of the lease (epoch ms). */
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
  // This request's own write succeeded but was reported as failed, and the SDK repeated it.
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
