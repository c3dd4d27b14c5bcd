/** Documents for people and their tools; `{proxy+}` is whatever screen of the console a link leads to. */
const PAGES = ['/', '/console', '/console/{proxy+}', '/docs', '/docs.md', '/llms.txt'] as const;

/**
 * API Gateway's routes of the function `console`, which refuses what is neither GET nor HEAD. They are no operations of
 * the API, so its document leaves them out.
 */
export const PAGE_ROUTES = PAGES.map((path) => ({ method: 'ANY', path, function: 'console' }) as const);
