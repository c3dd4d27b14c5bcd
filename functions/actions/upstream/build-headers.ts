import * as z from 'zod';
import { Permanent } from '../../../shared/sdk/action-errors.ts';

/**
 * What the owner stores under a secret's name, as JSON: the header, its whole value, and the origins it may be sent
 * to. The origins stand with the secret because the caller chooses the URL: without them it could be sent anywhere.
 */
const storedHeader = z.strictObject({
  origins: z.array(z.url({ protocol: /^https?$/ }).refine((origin) => new URL(origin).origin === origin)).min(1),
  header: z
    .string()
    .regex(/^[A-Za-z0-9-]+$/)
    .default('authorization'),
  value: z.string().min(1),
});

/** The headers of one request: ours, then the caller's, then the secret's. Throws Permanent when the secret is not for this URL. */
export async function buildHeaders<Name extends string>(
  url: URL,
  given: Readonly<Record<string, string>> | undefined,
  secretName: Name | undefined,
  readSecret: (name: Name) => Promise<string>,
): Promise<Record<string, string>> {
  const headers = new Headers({ accept: 'application/json, */*;q=0.5', 'user-agent': 'trireme', ...lowered(given) });
  if (secretName !== undefined) {
    const { origins, header, value } = parseStored(secretName, await readSecret(secretName));
    if (!origins.includes(url.origin))
      throw new Permanent(`the secret ${secretName} may not be sent to ${url.origin}`, { label: 'BAD_INPUT' });
    headers.set(header, value);
  }
  return Object.fromEntries(headers);
}

function parseStored(name: string, text: string): z.output<typeof storedHeader> {
  const parsed = storedHeader.safeParse(readJson(text), { reportInput: false });
  if (parsed.success) return parsed.data;
  // The value itself must not reach a message.
  throw new Permanent(
    `the secret ${name} must hold JSON {"origins": ["https://host"], "header": "authorization", "value": "…"}`,
  );
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // not JSON: refused by the schema, whose message says what is wanted
  }
}

function lowered(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
