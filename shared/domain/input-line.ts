import type { StoredInput } from './input.ts';
import { isJsonObject } from './lossless-json.ts';
import { LIMITS } from './limits.ts';
import { type JsonRefusal, readJsonBytes } from './read-json.ts';
import type { Line } from './split-lines.ts';

/** Reads a line of an upload as an input. A line that cannot be one gives an empty input with the reason in `fault`. */
export function readInputLine({ bytes, number }: Pick<Line, 'bytes' | 'number'>): StoredInput {
  const read = bytes === null ? tooLong() : parseLine(bytes);
  return typeof read === 'string' ? { input: {}, customData: null, fault: `line ${number}: ${read}` } : read;
}

function tooLong(): string {
  return `is over the limit of ${LIMITS.inputBytes} bytes for an input; pass a reference to the data instead`;
}

/** The input, or the message that says what is wrong with the line. */
function parseLine(bytes: Uint8Array): StoredInput | string {
  const read = readJsonBytes(bytes);
  if ('refusal' in read) return describeRefusal(read.refusal);
  if (!isJsonObject(read.json)) return 'must be a JSON object';
  const { custom_data: customData = null, ...input } = read.json;
  if (customData !== null && !isJsonObject(customData)) return 'custom_data must be an object';
  const customBytes = customData === null ? 0 : Buffer.byteLength(JSON.stringify(customData));
  if (customBytes <= LIMITS.customDataBytes) return { input, customData };
  return `custom_data takes ${customBytes} bytes as JSON, over the limit of ${LIMITS.customDataBytes}; store the data on your side and pass its id`;
}

function describeRefusal({ path, message, fault }: JsonRefusal): string {
  if (fault !== null) return `is not valid JSON at column ${fault.column}; expected ${fault.expected}`;
  return path === '' ? message : `${path}: ${message}`;
}
