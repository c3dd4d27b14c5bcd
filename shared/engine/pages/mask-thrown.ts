import { inspect } from 'node:util';
import { parseLosslessJson } from '../../domain/lossless-json.ts';
import type { WorkspaceServices } from '../ports.ts';

type Mask = Pick<WorkspaceServices, 'maskSecrets'>;

/** The longest message for a caller, and the longest stack for the log. */
const MESSAGE_LENGTH = 2_000;
const STACK_LENGTH = 8_000;
/** How much of a text is searched for secrets: much more than is kept, so that no cut leaves half a secret in it. */
const READ_LENGTH = 100_000;

/** An action's message for a caller: without secrets, at most 2,000 characters. */
export function maskMessage(mask: Mask, message: string): string {
  return cut(mask.maskSecrets(message.slice(0, READ_LENGTH)), MESSAGE_LENGTH);
}

/**
 * What an action threw, for the log only: an error whose stack describes it, its causes and properties, without
 * secrets.
 */
export function maskThrown(mask: Mask, thrown: unknown): Error {
  const masked = new Error('An action threw.');
  masked.stack = cut(mask.maskSecrets(describe(thrown)), STACK_LENGTH);
  return masked;
}

/** The message of a line that an action logs, without secrets. What is no text becomes JSON. */
export function maskText(mask: Mask, message: unknown): string {
  return mask.maskSecrets(typeof message === 'string' ? message : (jsonOf(message) ?? describe(message)));
}

/** What an action logs beside a message, without secrets, as a copy that is JSON. */
export function maskData(mask: Mask, data: unknown): Readonly<Record<string, unknown>> {
  const text = jsonOf(data);
  const masked = text === null ? undefined : readJson(mask.maskSecrets(text));
  if (masked === undefined) return { data: mask.maskSecrets(describe(data)) }; // not JSON, also after masking
  return typeof masked === 'object' && masked !== null && !Array.isArray(masked) ? { ...masked } : { data: masked };
}

/** Null where there is no JSON: a cycle, a bigint, a getter that throws. */
function jsonOf(value: unknown): string | null {
  try {
    return JSON.stringify(value) ?? null;
  } catch {
    return null;
  }
}

function readJson(text: string): unknown {
  try {
    return parseLosslessJson(text);
  } catch {
    return undefined;
  }
}

function describe(thrown: unknown): string {
  try {
    return inspect(thrown, { depth: 4, maxStringLength: READ_LENGTH }).slice(0, READ_LENGTH);
  } catch {
    return 'something that cannot be read: its own code throws';
  }
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length).toWellFormed()}…`;
}
