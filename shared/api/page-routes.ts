/** Documents for people and their tools; `{proxy+}` is whatever screen of the console a link leads to. */
const PAGES = ['/', '/console', '/console/{proxy+}', '/docs', '/docs.md', '/llms.txt'] as const;

/**
 * API Gateway's routes of the function `console`. They are no operations of the API, so its document leaves them out.
 */
export const PAGE_ROUTES = PAGES.flatMap((path) =>
  (['GET', 'HEAD'] as const).map((method) => ({ method, path, function: 'console' as const })),
);
