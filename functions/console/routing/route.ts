import { useEffect, useState } from 'preact/hooks';

const ROOT = '/console';
const CHANGED = 'trireme:navigated';

/** Where the reader is: the parts of the path after /console, and the query. */
export interface Route {
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
}

function readRoute(): Route {
  const parts = location.pathname
    .slice(ROOT.length)
    .split('/')
    .filter((part) => part !== '');
  return { parts: parts.map(decodeURIComponent), query: new URLSearchParams(location.search) };
}

/** The address of a screen. */
export function hrefOf(path: string, query: Readonly<Record<string, string>> | URLSearchParams = {}): string {
  const text = new URLSearchParams(query).toString();
  return `${ROOT}${path}${text === '' ? '' : `?${text}`}`;
}

/** Goes to an address of the console; with `replace` the way back does not lead here. */
export function navigate(href: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', href);
  else history.pushState(null, '', href);
  dispatchEvent(new Event(CHANGED));
  if (!replace) scrollTo(0, 0);
}

export function useRoute(): Route {
  const [route, setRoute] = useState(readRoute);
  useEffect(() => {
    const read = (): void => setRoute(readRoute());
    addEventListener('popstate', read);
    addEventListener(CHANGED, read);
    return () => {
      removeEventListener('popstate', read);
      removeEventListener(CHANGED, read);
    };
  }, []);
  return route;
}

/** Changes the query of the current address; null removes a name. The way back leads over it only with `push`. */
export function setQuery(changes: Readonly<Record<string, string | readonly string[] | null>>, push = false): void {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    query.delete(name);
    for (const one of value === null ? [] : [value].flat()) if (one !== '') query.append(name, one);
  }
  const text = query.toString();
  navigate(`${location.pathname}${text === '' ? '' : `?${text}`}`, { replace: !push });
}
