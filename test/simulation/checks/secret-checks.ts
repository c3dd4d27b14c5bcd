import { createKeyring } from '../../../shared/aws/keyring.ts';
import { workspaceUid } from '../callers.ts';
import { MASTER_SECRET } from '../deployment.ts';
import { OF_STAGE } from '../credentials/secret-names.ts';
import type { GivenPage, SecretSet } from '../truth.ts';
import type { Aftermath, RestCheck } from './aftermath.ts';

/** The simulated key of credentials: that of every stage. */
const KEYRING = createKeyring(MASTER_SECRET, (size) => new Uint8Array(size));
/** A process may use what it has read for a minute. */
const TRUST_MS = 60_000;
/** A call that reads a secret asks its upstream soon after, where nothing is slow. */
const MARGIN_MS = 5_000;

export const SECRET_CHECKS: readonly RestCheck[] = [
  {
    name: 'secretsStayInTheirWorkspace',
    proves: "An action gets only the stage's secrets and those that its own workspace has set.",
    check: (aftermath) => told(aftermath, isForeign),
  },
  {
    name: 'secretsAreFresh',
    proves:
      'Without faults, an action gets the value of a secret that its workspace set last, from a minute after that.',
    check: (aftermath) => (aftermath.isCalm ? told(aftermath, isStale) : []),
  },
  {
    name: 'secretsAreKept',
    proves: 'A workspace has the secrets that it set last, whatever else was set at the same time.',
    check: lostSecrets,
  },
];

/**
 * Secrets whose stored value is not one that was set last. A call without a clear answer may have set its value at any
 * time, or never.
 */
function lostSecrets({ records, truth }: Aftermath): readonly string[] {
  const byPlace = Map.groupBy(truth.secrets ?? [], ({ workspace, name }) => `${workspace} ${name}`);
  return [...byPlace.values()].flatMap((sets) => {
    const [first] = sets;
    if (first === undefined) return [];
    const { name } = first;
    const uid = workspaceUid(first.workspace);
    const sealed = records.credentials(uid).get(name);
    const stored = sealed === undefined ? null : KEYRING.open(sealed, `credential ${name} of ${uid}`);
    const wasSetAfter = (at: number): boolean => sets.some((set) => isClear(set) && set.askedAt > at);
    const isRight =
      sets.some((set) => set.value === stored && !(isClear(set) && wasSetAfter(set.answer.at))) ||
      (stored === null && !wasSetAfter(-Infinity));
    return isRight ? [] : [`workspace ${uid} has "${stored ?? 'nothing'}" as ${name}, which was not set last`];
  });
}

function isClear(set: SecretSet): set is SecretSet & { readonly answer: NonNullable<SecretSet['answer']> } {
  return set.answer?.status === 200;
}

interface Used {
  readonly page: GivenPage;
  readonly name: string;
  readonly value: string;
  /** All that was set under the name by the run's workspace. */
  readonly sets: readonly SecretSet[];
}

function told({ records, truth }: Aftermath, isWrong: (used: Used) => boolean): readonly string[] {
  const { secrets } = truth;
  if (secrets === null) return [];
  return truth.pages.flatMap((page) => {
    const uid = records.definition(page.runUid)?.workspaceUid;
    if (page.secret === null || uid === undefined) return [];
    const { name, value } = page.secret;
    const sets = secrets.filter((set) => set.name === name && workspaceUid(set.workspace) === uid);
    return isWrong({ page, name, value, sets })
      ? [`page ${page.page} of input ${page.input} of run ${page.runUid} got "${value}" as ${name}`]
      : [];
  });
}

function isForeign({ value, sets }: Used): boolean {
  return value !== OF_STAGE && !sets.some((set) => set.value === value);
}

/** Whether another value was set after the one in use, and long enough before its use. */
function isStale({ page, value, sets }: Used): boolean {
  const setAt = Math.max(
    ...sets.filter((set) => (set.value ?? OF_STAGE) === value).map(({ answer }) => answer?.at ?? Infinity),
    0,
  );
  return sets.some(
    ({ askedAt, answer }) =>
      answer !== null && answer.status === 200 && askedAt > setAt && answer.at < page.at - TRUST_MS - MARGIN_MS,
  );
}
