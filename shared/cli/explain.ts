import { InvalidArgumentError } from 'commander';
import { InvalidOption, TriremeError, type ValidationError } from '../client/trireme.ts';
import { CommandFailed, type ExitCode } from './command-failed.ts';

/** Of so many faults each has a line. */
const MOST_FAULTS = 20;

/** Why a command failed, a line for each fault; at least one. */
export function explain(error: unknown): readonly string[] {
  if (error instanceof CommandFailed) return [faultOf(error), ...error.next];
  if (!(error instanceof TriremeError)) return [faultOf(error)];
  const { ref, retryAt, validationErrors, scope } = error;
  return [
    ...(validationErrors.length > 1 ? explainFaults(faultOf(error), validationErrors) : [faultOf(error)]),
    ...(retryAt === null ? [] : [`It may succeed from ${retryAt.toISOString()}.`]),
    ...(ref === null || scope === 'input' ? [] : [`Reference for whoever runs the deployment: ${ref}`]),
  ];
}

/**
 * A message of the API about faults of inputs, as a line that says how many, and a line for each. `placeOf`: what is
 * shown for the path of one.
 */
export function explainFaults(
  message: string,
  faults: readonly ValidationError[],
  placeOf: (path: string) => string = (path) => (path === '' ? 'body' : path),
): readonly [string, ...string[]] {
  const [first] = faults;
  const end = first === undefined ? '' : `${first.path}: ${first.message}`;
  const head = message.endsWith(end) ? message.slice(0, message.length - end.length) : message;
  const more = faults.length - MOST_FAULTS;
  return [
    `${head.replace(/(\. First)?:\s*$/, '')}:`,
    ...faults
      .slice(0, MOST_FAULTS)
      .map(({ path, message: text }) => `  ${placeOf(path)}: ${text.replace(/^line \d+: /, '')}`), // the place has it
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}

/** The fault in one line, which is never empty. */
export function faultOf(error: unknown): string {
  if (error instanceof TriremeError) return `${error.label}: ${error.message}`;
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text === '' ? 'It failed, and nothing says why.' : text;
}

/** A value that the API refuses was given on the command line. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof CommandFailed) return error.exitCode;
  if (error instanceof InvalidArgumentError || error instanceof InvalidOption) return 2;
  return error instanceof TriremeError && error.status === 400 ? 2 : 1;
}
