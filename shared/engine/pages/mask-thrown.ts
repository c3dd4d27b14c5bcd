import { inspect } from 'node:util';
import type { Ports } from '../ports.ts';

type Mask = Pick<Ports['actionServices'], 'maskSecrets'>;

/** What a caller is told of a message, and the log of an error, at most. */
const MESSAGE_LENGTH = 2_000;
const STACK_LENGTH = 8_000;
/** What is looked at: so much more that no cut of it can leave half a secret in what is kept. */
const READ_LENGTH = 100_000;

/** What an action says of itself, fit for a caller: without secrets, and not over 2,000 characters. */
export function maskMessage(mask: Mask, message: string): string {
  return cut(mask.maskSecrets(message.slice(0, READ_LENGTH)), MESSAGE_LENGTH);
}

/** What an action threw, for the log alone: an error whose stack tells of it, its causes and properties without secrets. */
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
    // No JSON, or none any more without its secrets.
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
