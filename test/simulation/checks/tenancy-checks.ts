import { isDeepStrictEqual } from 'node:util';
import { Webhook } from 'standardwebhooks';
import { createKeyring } from '../../../shared/aws/keyring.ts';
import { workspaceUid } from '../callers.ts';
import { MASTER_SECRET } from '../deployment.ts';
import type { Records } from '../records.ts';
import type { RunTruth } from '../run-truth.ts';
import type { Received } from '../truth.ts';

/** Posts with data of another workspace or run, or with a signature of another secret. */
export function strayPost(records: Records, post: Received): readonly string[] {
  const { url, workspace, headers, body, told } = post;
  const definition = records.definition(told.run.run_uid);
  const stray: string[] = [];
  if (definition?.callback?.url !== url) stray.push(`${url} got a callback of run ${told.run.run_uid}`);
  if (definition?.workspaceUid !== workspaceUid(workspace)) stray.push(`${url} got a callback of another workspace`);
  const owned = [...(told.results ?? []), ...(told.input === null ? [] : [told.input])];
  if (owned.some(({ key }) => key !== undefined && !key.startsWith(`w${workspace} `))) {
    stray.push(`${url} got results of another workspace: ${body}`);
  }
  const tenant = headers['x-tenant'];
  if (tenant !== undefined && tenant !== `w${workspace}`) stray.push(`${url} got the headers of ${tenant}`);
  const unsigned = signatureFault(post);
  return unsigned === null ? stray : [...stray, `${url} got a signature that does not verify: ${unsigned}`];
}

/** Posts whose input differs from the one that the launch gave. */
export function strayInput(runs: readonly RunTruth[], { body, url, told }: Received): readonly string[] {
  const { run, input_index: index, input, custom_data: custom, results } = told;
  if (index === null) return [];
  const given = runs.find(({ definition }) => definition.uid === run.run_uid)?.inputs[index];
  if (given === undefined) return [`${url} got a callback of input ${index}, which run ${run.run_uid} does not have`];
  const isOwn = given.script === null || given.script.key === input?.key;
  const isCustom = isDeepStrictEqual(custom, given.customData);
  const areOwn = (results ?? []).every(({ key }) => key === given.script?.key);
  return isOwn && isCustom && areOwn ? [] : [`${url} got a callback of input ${index} with data of another: ${body}`];
}

const FROZEN_AT_MOST_S = 3_600;

const keyring = createKeyring(MASTER_SECRET, () => new Uint8Array(0));
const signingSecrets = new Map<number, string>();
/** Posts are checked before and after the redrive; their signatures only once, to save time. */
const verified = new WeakSet<object>();

/** Why a post's signature does not verify; null: it does. */
export function signatureFault(post: Pick<Received, 'workspace' | 'headers' | 'body' | 'at'>): string | null {
  if (verified.has(post)) return null;
  const { workspace, headers, body, at } = post;
  const seconds = Number(headers['webhook-timestamp']);
  // By the standard's own library. A worker may freeze for an hour at most between signing and sending.
  const signature = new Webhook(signingSecret(workspace)).sign(
    headers['webhook-id'] ?? '',
    new Date(seconds * 1_000),
    body,
  );
  if (headers['webhook-signature'] !== signature) return 'no signature in webhook-signature matches';
  if (Math.abs(at / 1_000 - seconds) > FROZEN_AT_MOST_S) return `signed for ${seconds}, posted at ${at / 1_000}`;
  verified.add(post);
  return null;
}

function signingSecret(workspace: number): string {
  const known = signingSecrets.get(workspace);
  if (known !== undefined) return known;
  const secret = keyring.signingSecret(workspaceUid(workspace), keyring.currentVersion, 0).reveal();
  signingSecrets.set(workspace, secret);
  return secret;
}
