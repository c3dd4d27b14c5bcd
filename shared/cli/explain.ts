import { InvalidArgumentError } from 'commander';
import { InvalidOption, TriremeError } from '../client/trireme.ts';
import { CommandFailed, type ExitCode } from './command-failed.ts';

/** Why a command failed, a line for each fault; at least one. */
export function explain(error: unknown): readonly string[] {
  if (error instanceof CommandFailed) return [faultOf(error), ...error.next];
  if (!(error instanceof TriremeError)) return [faultOf(error)];
  const { ref, retryAt, validationErrors, scope } = error;
  const told = faultOf(error);
  const others = validationErrors
    .map(({ path, message }) => `${path === '' ? 'body' : path}: ${message}`)
    .filter((fault) => !told.includes(fault));
  return [
    told,
    ...others.map((fault) => `  ${fault}`),
    ...(retryAt === null ? [] : [`It may succeed from ${retryAt.toISOString()}.`]),
    ...(ref === null || scope === 'input' ? [] : [`Reference for whoever runs the deployment: ${ref}`]),
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
