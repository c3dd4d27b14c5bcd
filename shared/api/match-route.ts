import type { Method, Route } from './route.ts';
import { ROUTES } from './routes.ts';

/** The route a request means, or which methods its path has (none: the path is unknown). */
export type RouteMatch =
  | { readonly found: true; readonly route: Route; readonly params: Readonly<Record<string, string>> }
  | { readonly found: false; readonly allow: readonly Method[] };

/**
 * Finds a request's route; a literal segment wins over a parameter, as in API Gateway. Segments are percent-decoded,
 * uids in lower case.
 */
export function matchRoute(method: string, rawPath: string): RouteMatch {
  const candidates = ROUTES.flatMap((route: Route) => {
    const params = matchPath(route.path, rawPath);
    return params === null ? [] : [{ route, params }];
  });
  const fewest = Math.min(...candidates.map(({ params }) => Object.keys(params).length));
  const closest = candidates.filter(({ params }) => Object.keys(params).length === fewest);
  const match = closest.find(({ route }) => route.method === method);
  if (match !== undefined) return { found: true, ...match };
  return { found: false, allow: closest.map(({ route }) => route.method) };
}

function matchPath(template: string, rawPath: string): Record<string, string> | null {
  const wanted = template.split('/');
  const given = rawPath.split('/');
  if (wanted.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    const text = decode(given[index] ?? '');
    if (text === null) return null;
    if (!segment.startsWith('{')) {
      if (segment !== text) return null;
    } else if (text === '') return null;
    else params[segment.slice(1, -1)] = segment.endsWith('_uid}') ? text.toLowerCase() : text;
  }
  return params;
}

/** Null where the percent signs are no UTF-8: such a segment names nothing of ours. */
function decode(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
}
