import type { StoredInput } from './input.ts';
import { jsonDepth } from './json-depth.ts';
import { LIMITS } from './limits.ts';
import { locateJsonFault } from './locate-json-fault.ts';
import type { Line } from './split-lines.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The input a line of an upload stands for. One that cannot be an input is empty and says why in `fault`. */
export function readInputLine({ bytes, number }: Pick<Line, 'bytes' | 'number'>): StoredInput {
  const read = bytes === null ? tooLong() : parseLine(bytes);
  return typeof read === 'string' ? { input: {}, customData: null, fault: `line ${number}: ${read}` } : read;
}

function tooLong(): string {
  return `is longer than the ${LIMITS.inputBytes} bytes an input may have; give the action a reference to the data instead`;
}

/** The input, or what is wrong with it. */
function parseLine(bytes: Uint8Array): StoredInput | string {
  const text = decode(bytes);
  if (text === null) return 'is not UTF-8';
  if (jsonDepth(text) > LIMITS.jsonDepth) return `nests deeper than ${LIMITS.jsonDepth} levels`;
  const value = parse(text);
  if (typeof value === 'string') return value;
  if (!isObject(value.json)) return 'must be a JSON object, the input of one action';
  const { custom_data: customData = null, ...input } = value.json;
  if (customData !== null && !isObject(customData)) return 'custom_data must be an object';
  const customBytes = customData === null ? 0 : Buffer.byteLength(JSON.stringify(customData));
  if (customBytes <= LIMITS.customDataBytes) return { input, customData };
  return `custom_data takes ${customBytes} bytes as JSON, over the limit of ${LIMITS.customDataBytes}; keep the rest on your side under an id`;
}

function decode(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

function parse(text: string): { readonly json: unknown } | string {
  try {
    return { json: JSON.parse(text) };
  } catch (error) {
    const fault = locateJsonFault(text);
    if (fault === null) throw error;
    return `is not JSON from column ${fault.column} on; expected ${fault.expected}`;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
