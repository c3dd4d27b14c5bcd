import type * as z from 'zod';
import type { ApiKey } from '../../domain/key-set.ts';
import type { Quotas } from '../../domain/quota.ts';
import type { RateLimit } from '../../domain/token-bucket.ts';
import { instantOf, instantOrNull } from '../runs/view.ts';
import type { Credential } from '../../domain/credential.ts';
import type { apiKey, me, workspaceSecret } from './schemas.ts';

/** A key as the API shows it. `lastUse`: the beginning of the day of its last use, by the key's uid. */
export function apiKeyView(key: ApiKey, lastUse: ReadonlyMap<string, number>): z.output<typeof apiKey> {
  return {
    uid: key.uid,
    label: key.label,
    scopes: [...key.scopes],
    created_at: instantOf(key.createdAt),
    expires_at: instantOrNull(key.expiresAt),
    last_used_at: instantOrNull(lastUse.get(key.uid) ?? null),
  };
}

/** A workspace's own value of a secret as the API shows it. */
export function secretView({ name, createdAt, updatedAt }: Credential): z.output<typeof workspaceSecret> {
  return { name, created_at: instantOf(createdAt), updated_at: instantOf(updatedAt) };
}

/** The limits in force. */
export interface LimitsInForce {
  readonly live: RateLimit;
  readonly launch: RateLimit;
  readonly read: RateLimit;
  readonly runsAtOnce: number;
  readonly inputsInFlight: number;
  readonly callbackHosts: readonly string[] | null;
  readonly quotas: Quotas;
}

export function limitsView(limits: LimitsInForce): z.output<typeof me>['limits'] {
  return {
    live: rateView(limits.live),
    launch: rateView(limits.launch),
    read: rateView(limits.read),
    runs_at_once: limits.runsAtOnce,
    inputs_in_flight: limits.inputsInFlight,
    callback_hosts: limits.callbackHosts === null ? null : [...limits.callbackHosts],
    quotas: {
      runs_waiting: limits.quotas.runsWaiting,
      schedules: limits.quotas.schedules,
      uploads_open: limits.quotas.uploadsOpen,
      pages_per_day: limits.quotas.pagesPerDay,
    },
  };
}

function rateView({ perSecond, burst }: RateLimit) {
  return { per_second: perSecond, burst };
}
