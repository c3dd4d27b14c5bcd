import { inspect } from 'node:util';
import type { Ports } from '../ports.ts';

type Mask = Pick<Ports['actionServices'], 'maskSecrets'>;

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

/** What an action logs, without secrets. */
export function maskData(mask: Mask, data: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  try {
    const text = JSON.stringify(data);
    const masked = mask.maskSecrets(text);
    return masked === text ? data : Object(JSON.parse(masked));
  } catch {
    // Not JSON, or no longer JSON after masking.
    return { data: mask.maskSecrets(describe(data)) };
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
