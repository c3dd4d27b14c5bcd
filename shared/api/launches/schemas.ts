import { liveTermFields, termFields } from './terms.ts';
import { HEADER_VALUE_PATTERN } from '../../domain/header-pattern.ts';
import { CALLBACK_HEADER_PATTERN, CALLBACK_URL_PATTERN } from '../patterns.ts';
import * as z from 'zod';
import {
  checkCallbackHeaders,
  MAX_CALLBACK_HEADER_BYTES,
  MAX_CALLBACK_HEADERS,
  withoutBlanksAround,
} from '../../domain/callback-headers.ts';
import { MAX_CALLBACK_URL_CHARACTERS } from '../../domain/callback-url.ts';
import { LIMITS } from '../../domain/limits.ts';
import { callbackSelection, dependencyRequirement } from '../enums.ts';
import { checkInputList, INPUT_WAY_ROUND, INPUTS_MESSAGE } from './check-inputs.ts';
import type { Refusals } from '../fields.ts';
import {
  cursor,
  customData,
  givenInstant,
  jsonObject,
  strict,
  text,
  TOO_LARGE,
  uid,
  wholeNumber,
  withinBytes,
} from '../fields.ts';

/** What launches elsewhere take and ours do not. */
export const NOT_HERE: Refusals = {
  'identity_*': 'the credentials of an action are set by the owner of this deployment',
  offset: 'use the cursor of X-Pagination-Next to get the next page',
  page_size:
    'the action sets its page size (GET /v1/actions/{action}); use parameters.max_results to limit an async run',
};

const ONE_INPUT: Refusals = {
  inputs: 'a live call takes one `input`; use POST …/run/async for several inputs',
  max_results:
    'a live call returns one page, and X-Pagination-Next is the next one; POST …/run/async takes parameters.max_results',
  callback: 'a live call returns the results in its answer; POST …/run/async takes a callback',
};

export const MANY_INPUTS: Refusals = {
  input: 'use `inputs`, a list, also for a single input',
  max_results: 'use parameters.max_results',
  custom_data: 'put it into each input',
};

/** What the caller keeps beside an input. */
export const inputCustomData = customData
  .nullish()
  .describe('Any data of yours. It is returned with the results and not passed to the action');

/** An action's input with its custom_data; the action's own schema is checked later. */
const launchInput = withinBytes(
  z.looseObject({ custom_data: inputCustomData }),
  LIMITS.inputBytes,
  INPUT_WAY_ROUND,
).meta({ id: 'LaunchInput', description: 'An input of any action, and optionally `custom_data`.' });

const parameters = withinBytes(
  jsonObject,
  LIMITS.parametersBytes,
  'move what differs from input to input into the inputs',
);

const liveParameters = parameters
  .superRefine((value, context) => {
    if (!('max_results' in value)) return;
    const message = `not allowed here; ${ONE_INPUT['max_results']}`;
    context.addIssue({ code: 'custom', path: ['max_results'], message });
  })
  .meta({ propertyNames: { pattern: '^(?!max_results$)' } });

/** `POST …/run/live`. */
export const liveBody = strict(
  {
    input: launchInput.describe('The input of the action, and optionally `custom_data`'),
    parameters: liveParameters.optional().describe('Parameters of the action'),
    ...liveTermFields,
  },
  { ...NOT_HERE, ...ONE_INPUT },
);

export const liveQuery = strict(
  {
    cursor: cursor.optional(),
    page: wholeNumber(1, LIMITS.pagesPerInput)
      .optional()
      .describe('The number of the page, from 1, for an action that pages by number. Use either `page` or `cursor`'),
  },
  NOT_HERE,
).superRefine((query, context) => {
  if (query.cursor === undefined || query.page === undefined) return;
  context.addIssue({ code: 'custom', path: ['page'], message: 'use either cursor or page' });
});

export const callbackUrl = text
  .min(1)
  .superRefine((url, context) => {
    if (url.length <= MAX_CALLBACK_URL_CHARACTERS) return;
    const message = `has ${url.length} characters, over the limit of ${MAX_CALLBACK_URL_CHARACTERS}; use a shorter path`;
    context.addIssue({ code: 'custom', message, params: TOO_LARGE });
  })
  .meta({ format: 'uri', pattern: CALLBACK_URL_PATTERN, maxLength: MAX_CALLBACK_URL_CHARACTERS })
  .describe(
    'The URL that callbacks are sent to: https, on a port that the deployment allows (443 by default) and a public ' +
      'address. A local stage also takes http to its own machine',
  );

/** Blanks around a header's value are not part of it (RFC 9110 §5.5): receivers would not get them. */
const headerValue = z.string().overwrite(withoutBlanksAround);

/** Headers that a caller gives for its callbacks. */
export const callbackHeaders = z
  .record(z.string(), headerValue)
  .superRefine((headers, context) => {
    const entries = Object.entries(headers);
    const bytes = entries.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0);
    const tooLarge = (message: string): void => context.addIssue({ code: 'custom', message, params: TOO_LARGE });
    if (entries.length > MAX_CALLBACK_HEADERS) {
      return tooLarge(`has ${entries.length} headers, over the limit of ${MAX_CALLBACK_HEADERS}`);
    }
    if (bytes > MAX_CALLBACK_HEADER_BYTES) {
      return tooLarge(`takes ${bytes} bytes, over the limit of ${MAX_CALLBACK_HEADER_BYTES}`);
    }
    const refusal = checkCallbackHeaders(headers);
    if (refusal !== null) context.addIssue({ code: 'custom', message: refusal });
  })
  .meta({
    maxProperties: MAX_CALLBACK_HEADERS,
    propertyNames: { pattern: CALLBACK_HEADER_PATTERN },
    additionalProperties: { type: 'string', pattern: HEADER_VALUE_PATTERN },
  })
  .describe(
    `Headers that are sent with every callback, at most ${MAX_CALLBACK_HEADER_BYTES} bytes together. Their values are ` +
      'stored encrypted and never returned',
  );

const callback = strict({
  url: callbackUrl,
  headers: callbackHeaders.optional(),
  on: callbackSelection.default('all'),
}).meta({ id: 'CallbackSettings', description: 'Where callbacks are sent, and which.' });

export const INPUTS_DESCRIPTION = 'The inputs: each has the properties of the action, and optionally `custom_data`';

/** A list of {@link launchInput}. It is checked by hand, which is faster for a hundred thousand of them. */
const inputs = z
  .unknown()
  .superRefine(checkInputList)
  .meta({
    type: 'array',
    items: { $ref: '#/components/schemas/LaunchInput' },
    minItems: 1,
    maxItems: LIMITS.inputsPerLaunch,
    description: INPUTS_DESCRIPTION,
  })
  .transform((list) => list as Readonly<Record<string, unknown>>[]); // cast: checked above

/** What an async run and the runs of a schedule are launched with. */
export const launchFields = {
  inputs,
  parameters: parameters.describe(
    'Parameters of the action, and optionally `max_results`: the maximum number of results per input',
  ),
  callback,
  name: text.min(1).max(200).describe('A name to find it by'),
} as const;

const dependency = z
  .union([
    uid.transform((text) => ({ uid: text, require: 'success' as const })),
    strict({ uid, require: dependencyRequirement.default('success') }).meta({ id: 'RequiredRun' }),
  ])
  .meta({ id: 'Dependency', description: 'A run that must end first: its uid, or its uid and how it must end.' });

/**
 * JSON Schema of the rule that one of two properties is given, null being none. It is a condition, since generators of
 * clients ignore those and see one object with both properties.
 */
export function oneOrOther(first: string, other: string, otherType: 'array' | 'string', isBothTaken: boolean) {
  // Without additionalProperties redocly takes the properties of a condition for all that there may be.
  const where = (name: string, type: string) => ({ properties: { [name]: { type } }, additionalProperties: true });
  return {
    if: { required: [first], ...where(first, 'string') },
    // oxlint-disable-next-line unicorn/no-thenable -- JSON Schema's own word
    ...(isBothTaken ? {} : { then: where(other, 'null') }),
    else: { required: [other], ...where(other, otherType) },
  };
}

/** `POST …/run/async`. */
export const asyncBody = strict(
  {
    inputs: launchFields.inputs.optional(),
    inputs_upload_uid: uid.optional().describe('An upload (POST /v1/uploads) with the inputs, in place of `inputs`'),
    parameters: launchFields.parameters.optional(),
    callback: launchFields.callback.optional(),
    name: launchFields.name.optional(),
    ...termFields,
    schedule_at: givenInstant
      .optional()
      .describe('When the run starts, at most a year from now. By default it starts at once'),
    depends_on: z
      .array(dependency)
      .max(20)
      .optional()
      .describe(
        'Runs that must end first. If one ends otherwise than required, this run fails with `DEPENDENCY_FAILED`',
      ),
  },
  { ...NOT_HERE, ...MANY_INPUTS },
)
  .superRefine((body, context) => {
    const hasInputs = body.inputs !== undefined;
    if (hasInputs !== (body.inputs_upload_uid !== undefined)) return;
    const message = hasInputs
      ? 'use either inputs or inputs_upload_uid'
      : `${INPUTS_MESSAGE}, or use inputs_upload_uid`;
    context.addIssue({ code: 'custom', path: [hasInputs ? 'inputs_upload_uid' : 'inputs'], message });
  })
  .meta(oneOrOther('inputs_upload_uid', 'inputs', 'array', false));
