import * as z from 'zod';
import { isKeptHeader, KEPT_NAMES } from '../../../shared/domain/callback-headers.ts';
import { HEADER_VALUE_PATTERN, headerPattern } from '../../../shared/domain/header-pattern.ts';

const CREDENTIALS: ReadonlySet<string> = new Set(['authorization', 'cookie', 'x-api-key', 'api-key', 'x-auth-token']);

/** An http(s) URL without user and password. The guarded client checks whether its host may be called. */
export const httpUrl = z
  .url({ protocol: /^https?$/, error: 'must be an absolute http or https URL' })
  .max(2048)
  .refine(hasNoCredentials, { error: 'must not hold a user or password: name a secret instead' });

/**
 * Headers that a caller may give: no credentials, because inputs are stored and shown, and none that the client sets.
 */
export const requestHeaders = z
  .record(z.string(), z.string().max(4096))
  .superRefine((headers, context) => {
    const names = Object.keys(headers);
    if (names.length > 50) context.addIssue(`${names.length} headers given; 50 are allowed`);
    const seen = new Set<string>();
    for (const name of names) {
      const message = refusalOf(name, headers[name] ?? '', seen);
      if (message !== null) context.addIssue({ code: 'custom', path: [name], message });
      seen.add(name.toLowerCase());
    }
  })
  .meta({
    maxProperties: 50,
    propertyNames: { pattern: headerPattern([...CREDENTIALS, ...KEPT_NAMES], ['content-type']) },
    additionalProperties: { type: 'string', maxLength: 4096, pattern: HEADER_VALUE_PATTERN },
  })
  .describe('Request headers without credentials');

/** The name of one of the owner's secrets, beginning with `start`; never its value. */
export function secretNamed<Start extends string>(start: Start) {
  return z
    .templateLiteral([start, z.string().regex(/^[A-Z0-9_]{1,60}$/)], {
      error: `must be ${start} and up to 60 capitals, digits or _`,
    })
    .describe("Name of a secret that holds a header's value and the origins it may be sent to");
}

function refusalOf(name: string, value: string, seen: ReadonlySet<string>): string | null {
  const lower = name.toLowerCase();
  if (!/^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(lower)) return 'is not a header name';
  if (CREDENTIALS.has(lower) || lower.startsWith('proxy-'))
    return 'is a credential and cannot be given in an input: name a secret instead';
  if (isKeptHeader(lower) && lower !== 'content-type') return 'is set by the client and cannot be given';
  if (seen.has(lower)) return 'is given twice (names do not differ by case)';
  return /^[\t\x20-\x7e]*$/.test(value) ? null : 'may hold only printable ASCII and tabs';
}

function hasNoCredentials(url: string): boolean {
  const { username, password } = URL.canParse(url) ? new URL(url) : { username: '', password: '' };
  return username === '' && password === '';
}
