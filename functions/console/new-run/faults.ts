import type { ValidationError } from '../../../shared/client/trireme.ts';

/** What the API found wrong at a place of the body, such as `inputs[0].country` or `cron`, or within it. */
export function faultAt(errors: readonly ValidationError[], path: string): string | null {
  const found = errors.filter(
    (error) => error.path === path || error.path.startsWith(`${path}.`) || error.path.startsWith(`${path}[`),
  );
  return found.length === 0 ? null : found.map(({ message }) => message).join(' ');
}

/** What is wrong with inputs, by their number from 0. */
export function faultsByInput(errors: readonly ValidationError[]): readonly (readonly [number, string])[] {
  return errors.flatMap(({ path, message }) => {
    const found = /^inputs\[(\d+)\]\.?(.*)$/.exec(path);
    return found === null ? [] : [[Number(found[1]), `${found[2] === '' ? '' : `${found[2]}: `}${message}`] as const];
  });
}

/** Errors that belong to none of the places that the form shows. */
export function otherFaults(errors: readonly ValidationError[], shown: readonly string[]): readonly ValidationError[] {
  return errors.filter(
    ({ path }) =>
      !shown.some((place) => path === place || path.startsWith(`${place}.`) || path.startsWith(`${place}[`)),
  );
}
