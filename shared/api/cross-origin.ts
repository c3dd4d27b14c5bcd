import { COMMON_HEADERS } from './document/headers.ts';
import { ROUTES } from './routes.ts';
import type { Route } from './route.ts';

/** Headers that pages show without being allowed to (Fetch, "CORS-safelisted response-header name"). */
const SAFELISTED: ReadonlySet<string> = new Set(['Cache-Control', 'Content-Type']);

const routes: readonly Route[] = ROUTES;

/** What a page of another origin may do with the API, where a stage allows its origin (`corsOrigins`). */
export const CROSS_ORIGIN = {
  methods: [...new Set(routes.map(({ method }) => method))].toSorted(),
  /** Headers that a page may send. */
  requestHeaders: ['Content-Type', 'X-API-Key', 'Idempotency-Key', 'Prefer', 'If-None-Match'],
  /** Headers of answers that a page may read: those of the document, and those of any answer. */
  answerHeaders: [
    ...new Set([
      ...routes.flatMap(({ success }) => Object.keys(success.headers ?? {})),
      ...Object.keys(COMMON_HEADERS),
      'Allow',
      'Apigw-Requestid',
    ]),
  ]
    .filter((name) => !SAFELISTED.has(name))
    .toSorted(),
  /** How long a browser need not ask again. Two hours are the longest that Chromium keeps it. */
  maxAgeSeconds: 7_200,
} as const;
