import type { Call } from './read-document.ts';

/** What an example of a call needs to be written in any language. */
export interface SampledCall {
  readonly call: Call;
  /** The deployment's public URL. */
  readonly url: string;
  /** The action of templated paths. */
  readonly action: string;
  /** The body; undefined: none is sent. */
  readonly body: unknown;
}

/** The names of the variables that stand for a path's parameters: `RUN_UID`. */
export function variablesOf(path: string): readonly string[] {
  return [...path.matchAll(/\{(\w+)\}/g)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'action')
    .map((name) => name.toUpperCase());
}

/** The URL with a variable for each parameter of the path but the action, which is named. */
export function urlWith({ call, url, action }: SampledCall, write: (variable: string) => string): string {
  const path = call.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    name === 'action' ? action : write(name.toUpperCase()),
  );
  return `${url}${path}`;
}

export function needsKey({ call }: SampledCall): boolean {
  return call.security.length > 0;
}
