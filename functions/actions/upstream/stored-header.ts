import * as z from 'zod';
import { isKeptHeader } from '../../../shared/domain/callback-headers.ts';
import { refusalOfHeaderValue, refusalOfSecret } from '../../../shared/domain/secret-value.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

const origin = z
  .url({ protocol: /^https?$/, error: 'must be an origin such as https://api.example.com' })
  .refine((text) => URL.parse(text)?.origin === text, { error: 'must be an origin: without a path, user or final /' });

/**
 * What the owner stores under a secret's name, as JSON: the header, its whole value, and the origins to which it may be
 * sent. The origins are stored with the secret because the caller chooses the URL and could otherwise send it anywhere.
 * `paths`, `methods` and `workspaces`, if given, restrict that further.
 */
const storedHeader = z.strictObject({
  origins: z.array(origin).min(1, 'must name an origin'),
  header: z
    .string()
    .regex(/^[A-Za-z0-9-]+$/, 'must be the name of a header, such as authorization')
    .refine((name) => !isKeptHeader(name.toLowerCase()), { error: 'names a header that the client sets itself' })
    .default('authorization'),
  value: z.string().superRefine((value, context) => {
    const refusal = refusalOfSecret(value) ?? refusalOfHeaderValue(value);
    if (refusal !== null) context.addIssue(refusal);
  }),
  paths: z
    .array(z.string().regex(/^\/[^?#*]*\*?$/, 'must be a path from /, whose final * stands for all that begin so'))
    .min(1, 'must name a path; leave it out to allow every one')
    .optional(),
  methods: z
    .array(z.enum(METHODS, { error: `must be of ${METHODS.join(', ')}` }))
    .min(1, 'must name a method; leave it out to allow every one')
    .optional(),
  workspaces: z
    .array(z.uuid({ error: "must be a workspace's uid" }).toLowerCase())
    .min(1, 'must name a workspace; leave it out to allow every one')
    .optional(),
});

export type StoredHeader = z.output<typeof storedHeader>;

/** A request that a caller asks for. */
export interface Call {
  readonly url: URL;
  readonly method: string;
  readonly workspaceUid: string;
}

/** The stored header, or its faults, by field and without any part of its value. */
export function parseStoredHeader(text: string): StoredHeader | { readonly fault: string } {
  const parsed = storedHeader.safeParse(readJson(text), { reportInput: false });
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message, code }) => {
    // Without the property's name: the owner may have written the secret value in its place.
    const fault = code === 'unrecognized_keys' ? 'has an unknown property' : message;
    return path.length === 0 ? fault : `${path.join('.')} ${fault}`;
  });
  return { fault: `it must hold JSON ${SHAPE}; ${faults.join('; ')}` };
}

const SHAPE =
  '{"origins": ["https://host"], "header": "authorization", "value": "…"}, with "paths", "methods", "workspaces" if wanted';

/** The reason why the header may not be sent with a call, or null. */
export function refusalOfCall(stored: StoredHeader, { url, method, workspaceUid }: Call): string | null {
  const { origins, paths, methods, workspaces } = stored;
  if (workspaces !== undefined && !workspaces.includes(workspaceUid.toLowerCase()))
    return 'is not for this workspace: its owner names those it is for';
  if (!origins.includes(url.origin)) return `may not be sent to ${url.origin}`;
  if (methods !== undefined && !methods.some((allowed) => allowed === method))
    return `may not be sent with ${method}, only with ${methods.join(', ')}`;
  if (paths !== undefined && !paths.some((path) => isUnder(url.pathname, path)))
    return `may not be sent to the path ${url.pathname}, only to ${paths.join(', ')}`;
  return null;
}

/** A path with an encoded / or \ is never allowed, because the server may read it as another path. */
function isUnder(pathname: string, path: string): boolean {
  if (/%2f|%5c/i.test(pathname)) return false;
  return path.endsWith('*') ? pathname.startsWith(path.slice(0, -1)) : pathname === path;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // the schema refuses null, with a message that says what is expected
  }
}
