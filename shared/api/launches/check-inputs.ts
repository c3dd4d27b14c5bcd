import type * as z from 'zod';
import { FAULTS_TOLD } from '../../domain/errors.ts';
import { inputsOverLimit, LIMITS } from '../../domain/limits.ts';
import { isJsonObject } from '../../domain/lossless-json.ts';
import { kindOf } from '../../domain/plain-issue.ts';
import { bytesOver, CUSTOM_DATA_WAY_ROUND, TOO_LARGE } from '../fields.ts';

/** The member of a body that {@link checkInputList} checks, in whichever body it is. */
export const CHECKED_BY_HAND = 'inputs';

export const INPUTS_MESSAGE = `must be a list of 1 to ${LIMITS.inputsPerLaunch} inputs`;
export const INPUT_WAY_ROUND = 'pass a reference to the data instead';

interface InputFault {
  readonly path: readonly string[];
  readonly message: string;
  readonly tooLarge: boolean;
}

/**
 * Checks a list of inputs against the rules for every input; the action's own schema comes later. By hand: a hundred
 * thousand issues of a schema, or copies of valid inputs, would take a second. Adds the first hundred faults, and how
 * many more there are.
 */
export function checkInputList(list: unknown, context: z.RefinementCtx): void {
  const add = (message: string, tooLarge: boolean, path: (string | number)[] = []): void =>
    context.addIssue({ code: 'custom', path, message, ...(tooLarge ? { params: TOO_LARGE } : {}) });
  if (!Array.isArray(list) || list.length === 0) return add(INPUTS_MESSAGE, false);
  if (list.length > LIMITS.inputsPerLaunch) return add(inputsOverLimit(list.length), true);
  let bad = 0;
  for (let index = 0; index < list.length; index += 1) {
    const fault = findInputFault(list[index]);
    if (fault === null) continue;
    bad += 1;
    if (bad <= FAULTS_TOLD) add(fault.message, fault.tooLarge, [index, ...fault.path]);
  }
  const further = bad - FAULTS_TOLD;
  if (further > 0) context.addIssue({ code: 'custom', message: '', params: { further } });
}

function findInputFault(input: unknown): InputFault | null {
  if (!isJsonObject(input)) return { path: [], message: `must be an object, not ${kindOf(input)}`, tooLarge: false };
  const { custom_data: customData = null } = input;
  const path = ['custom_data'];
  if (customData !== null && !isJsonObject(customData))
    return { path, message: `must be an object, not ${kindOf(customData)}`, tooLarge: false };
  // Enough for most inputs: an input that is this small has no custom_data over the limit.
  if (bytesOver(input, LIMITS.customDataBytes, INPUT_WAY_ROUND) === null) return null;
  const custom = customData && bytesOver(customData, LIMITS.customDataBytes, CUSTOM_DATA_WAY_ROUND);
  if (custom !== null) return { path, message: custom, tooLarge: true };
  const message = bytesOver(input, LIMITS.inputBytes, INPUT_WAY_ROUND);
  return message === null ? null : { path: [], message, tooLarge: true };
}
