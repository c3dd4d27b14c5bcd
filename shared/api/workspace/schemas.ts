import * as z from 'zod';
import { CREDENTIAL_BYTES } from '../../domain/credential.ts';
import { refusalOfSecret } from '../../domain/secret-value.ts';
import { scope } from '../enums.ts';
import { SCOPES } from '../../domain/scopes.ts';
import { usageCounts } from '../usage/schemas.ts';
import { count, givenInstant, instant, strict, text, uid, withinBytes } from '../fields.ts';
import { VISIBLE_LINE } from '../patterns.ts';

const scopes = z.array(scope).describe('What the key may do');

/** A key as it is shown: never the key itself. */
export const apiKey = strict({
  uid: uid.describe('Identifies the key, also in the logs of the deployment'),
  label: z.string().describe('The name that the key was given'),
  scopes,
  created_at: instant,
  expires_at: instant.nullable().describe('When the key stops working; null for never'),
  last_used_at: instant
    .nullable()
    .describe('The day of the last call with the key, as its beginning in UTC; null for a key that was never used'),
}).meta({ id: 'ApiKey' });

/** A key's label. */
export const label = text
  .max(80)
  .regex(VISIBLE_LINE, 'must not be blank, nor have control characters')
  .describe('A name by which you recognise the key');

/** `POST /v1/keys`. */
export const newKeyBody = strict({
  label,
  scopes: z
    .array(scope)
    .min(1)
    .max(SCOPES.length)
    .optional()
    .describe('What the key may do: `read`, `run` and `manage` by default. Only scopes of the key that makes the call'),
  expires_at: givenInstant.optional().describe('When the key stops working. By default it never does'),
});

/** `PATCH /v1/keys/{key_uid}`. */
export const keyUpdateBody = strict({ label });

export const newKey = strict({
  ...apiKey.shape,
  key: z.string().startsWith('trk_').describe('The key itself. It is shown only in this answer'),
}).meta({ id: 'NewApiKey' });

/** A workspace's own value of a secret as it is shown: never the value. */
export const workspaceSecret = strict({
  name: z.string().describe('The name under which actions ask for the secret'),
  created_at: instant.describe('When it was first set'),
  updated_at: instant.describe('When its value was last set'),
}).meta({ id: 'Secret' });

/** `PUT /v1/secrets/{secret_name}`. */
export const secretBody = strict({
  value: withinBytes(z.string(), CREDENTIAL_BYTES, 'store it elsewhere and set what gives access to it')
    .superRefine((value, context) => {
      const refusal = refusalOfSecret(value);
      if (refusal !== null) context.addIssue({ code: 'custom', message: refusal });
    })
    // As JSON it has two quotes.
    .meta({ minLength: 1, maxLength: CREDENTIAL_BYTES - 2, pattern: VISIBLE_LINE.source, writeOnly: true })
    .describe('One line of text. A value of several lines is stored as base64'),
});

const rateLimit = strict({
  per_second: z.number().describe('Calls per second in the long run'),
  burst: count.describe('Calls that are possible at once when the limit is unused'),
}).meta({ id: 'RateLimit' });

const limits = strict({
  live: rateLimit.describe('Of live calls'),
  launch: rateLimit.describe('Of calls that start, repeat or change something'),
  read: rateLimit.describe('Of reads'),
  runs_at_once: count.describe('Runs that may be at work at once; further ones are BLOCKED until one ends'),
  inputs_in_flight: count.describe('Inputs of one run that may be at work at once'),
  callback_hosts: z
    .array(z.string())
    .nullable()
    .describe(
      'Hosts that callbacks and notifications may be sent to, such as `hooks.example.com`, or `*.example.com` for all hosts below it; null for any',
    ),
  quotas: strict({
    runs_waiting: count
      .nullable()
      .describe('Runs that calls launched, triggered, resumed or retried, and that have never started'),
    schedules: count.nullable().describe('Schedules that are ACTIVE or PAUSED'),
    uploads_open: count.nullable().describe('Uploads that wait for a launch'),
    pages_per_day: count.nullable().describe('Pages that start on one UTC day'),
  })
    .meta({ id: 'Quotas' })
    .describe('Further limits, null where there is none. Over one, a call is answered with 429 `LIMIT_REACHED`'),
}).meta({ id: 'WorkspaceLimits' });

const usageToday = strict(usageCounts).meta({ id: 'UsageToday' });

/** `GET /v1/me`. */
export const me = strict({
  workspace: strict({ uid, name: z.string() }).meta({ id: 'Workspace' }),
  key: apiKey.describe('The key of this call'),
  limits: limits.describe('The limits of the workspace'),
  usage_today: usageToday
    .nullable()
    .describe(
      'What runs created today (UTC) have used, as `GET /v1/usage` counts it; null where that takes too many reads',
    ),
  version: z.string().describe('The release of the deployment'),
  stage: z.string().describe('The name of the deployment'),
}).meta({ id: 'Me' });
