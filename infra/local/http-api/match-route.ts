import type { RoutePlan } from '../template/system-plan.ts';

/** The route a request goes to, with its path variables; no variables for `$default`. */
export interface RouteMatch {
  readonly route: RoutePlan;
  readonly pathParameters: Readonly<Record<string, string>>;
}

interface Candidate {
  readonly route: RoutePlan;
  readonly method: string;
  readonly segments: readonly string[];
}

/**
 * Makes the chooser of routes. AWS's order ("Create routes for HTTP APIs", Routing API requests): a full match, then a
 * greedy `{proxy+}`, then `$default`; literals before variables, a named method before ANY.
 */
export function routeChooser(routes: readonly RoutePlan[]): (method: string, path: string) => RouteMatch | null {
  const fallback = routes.find(({ routeKey }) => routeKey === '$default');
  const candidates = routes
    .filter((route) => route !== fallback)
    .map((route): Candidate => {
      const [method = '', path = ''] = route.routeKey.split(' ');
      return { route, method, segments: path.split('/').slice(1) };
    })
    .sort(bySpecificity);
  return (method, path) => {
    const parts = path.split('/').slice(1);
    for (const candidate of candidates) {
      if (candidate.method !== 'ANY' && candidate.method !== method) continue;
      const pathParameters = matchSegments(candidate.segments, parts);
      if (pathParameters !== null) return { route: candidate.route, pathParameters };
    }
    return fallback === undefined ? null : { route: fallback, pathParameters: {} };
  };
}

function matchSegments(segments: readonly string[], parts: readonly string[]): Record<string, string> | null {
  const found: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const part = parts[index];
    if (part === undefined) return null;
    const greedy = /^\{(.+)\+\}$/.exec(segment)?.[1];
    if (greedy !== undefined) {
      // It catches what lies under its parent (same page): `/docs/` has nothing there.
      const rest = parts.slice(index).join('/');
      return rest === '' ? null : { ...found, [greedy]: rest };
    }
    const variable = /^\{(.+)\}$/.exec(segment)?.[1];
    if (variable === undefined ? segment !== part : part === '') return null;
    if (variable !== undefined) found[variable] = part;
  }
  return segments.length === parts.length ? found : null;
}

function bySpecificity(a: Candidate, b: Candidate): number {
  for (let index = 0; index < Math.max(a.segments.length, b.segments.length); index += 1) {
    const difference = rank(a.segments[index]) - rank(b.segments[index]);
    if (difference !== 0) return difference;
  }
  return Number(a.method === 'ANY') - Number(b.method === 'ANY');
}

function rank(segment: string | undefined): number {
  if (segment === undefined) return 1;
  if (/^\{.+\+\}$/.test(segment)) return 3;
  return /^\{.+\}$/.test(segment) ? 2 : 0;
}
