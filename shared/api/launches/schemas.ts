import * as z from 'zod';
import {
  checkCallbackHeaders,
  MAX_CALLBACK_HEADER_BYTES,
  MAX_CALLBACK_HEADERS,
} from '../../domain/callback-headers.ts';
import { MAX_CALLBACK_URL_CHARACTERS } from '../../domain/callback-url.ts';
import { LIMITS } from '../../domain/limits.ts';
import { checkInputList, INPUT_WAY_ROUND, INPUTS_MESSAGE } from './check-inputs.ts';
import type { Refusals } from '../fields.ts';
import {
  cursor,
  customData,
  givenInstant,
  instant,
  jsonObject,
  strict,
  TOO_LARGE,
  uid,
  wholeNumber,
  withinBytes,
} from '../fields.ts';

/** What launches elsewhere take and ours do not. */
export const NOT_HERE: Refusals = {
  'identity_*': 'an action finds its credentials in the secrets the owner gave it',
  offset: 'page on with the cursor of X-Pagination-Next',
  page_size: 'the action sets its page size (GET /v1/actions/{action}); parameters.max_results bounds an async run',
};

const ONE_INPUT: Refusals = {
  inputs: 'a live call takes one `input`; POST …/run/async takes many',
  max_results: 'a live call gives one page, follow X-Pagination-Next; POST …/run/async takes parameters.max_results',
  callback: 'a live call answers with the results; POST …/run/async takes a callback',
};

export const MANY_INPUTS: Refusals = {
  input: 'give `inputs`, a list, even for one',
  max_results: 'give parameters.max_results',
  custom_data: 'give it within each input',
};

/** An action's input with what the caller keeps beside it; the action's own schema is checked later. */
const launchInput = withinBytes(
  z.looseObject({ custom_data: customData.nullish().describe('Comes back with results; the action never sees it') }),
  LIMITS.inputBytes,
  INPUT_WAY_ROUND,
);

const parameters = withinBytes(jsonObject, LIMITS.parametersBytes, 'what differs per input belongs in the inputs');

const liveParameters = parameters.superRefine((value, context) => {
  if (!('max_results' in value)) return;
  context.addIssue({ code: 'custom', path: ['max_results'], message: `not taken here; ${ONE_INPUT['max_results']}` });
});

/** `POST …/run/live`. */
export const liveBody = strict(
  { input: launchInput, parameters: liveParameters.optional() },
  { ...NOT_HERE, ...ONE_INPUT },
);

export const liveQuery = strict(
  {
    cursor: cursor.optional(),
    page: wholeNumber(1, LIMITS.pagesPerInput)
      .optional()
      .describe('From 1, where the action pages by number; not together with cursor'),
  },
  NOT_HERE,
).superRefine((query, context) => {
  if (query.cursor === undefined || query.page === undefined) return;
  context.addIssue({ code: 'custom', path: ['page'], message: 'give either cursor or page' });
});

const callbackUrl = z
  .string()
  .min(1)
  .superRefine((url, context) => {
    if (url.length <= MAX_CALLBACK_URL_CHARACTERS) return;
    const message = `has ${url.length} characters, over the limit of ${MAX_CALLBACK_URL_CHARACTERS}; use a shorter path`;
    context.addIssue({ code: 'custom', message, params: TOO_LARGE });
  })
  .describe(`https, ${MAX_CALLBACK_URL_CHARACTERS} characters at most`);

const callbackHeaders = z
  .record(z.string(), z.string())
  .superRefine((headers, context) => {
    const entries = Object.entries(headers);
    const bytes = entries.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0);
    const tooLarge = (message: string): void => context.addIssue({ code: 'custom', message, params: TOO_LARGE });
    if (entries.length > MAX_CALLBACK_HEADERS) {
      return tooLarge(`has ${entries.length} headers, over the limit of ${MAX_CALLBACK_HEADERS}; use custom_data`);
    }
    if (bytes > MAX_CALLBACK_HEADER_BYTES) {
      return tooLarge(`takes ${bytes} bytes, over the limit of ${MAX_CALLBACK_HEADER_BYTES}; use custom_data`);
    }
    const refusal = checkCallbackHeaders(headers);
    if (refusal !== null) context.addIssue({ code: 'custom', message: refusal });
  })
  .describe('Sent with every callback; sealed at rest and never shown again');

const callback = strict({
  url: callbackUrl,
  headers: callbackHeaders.optional(),
  on: z.enum(['all', 'final']).default('all').describe('all: each page as it comes; final: only the end of the run'),
});

/** What the document says of a list of inputs. What holds it against that is made for a hundred thousand. */
const { $schema: _dialect, ...inputsAsWritten } = z.toJSONSchema(z.array(launchInput).min(1), {
  io: 'input',
  override: ({ jsonSchema }) => delete jsonSchema.propertyNames,
});

const inputs = z
  .unknown()
  .superRefine(checkInputList)
  .meta({ ...inputsAsWritten, maxItems: LIMITS.inputsPerLaunch })
  .transform((list) => list as Readonly<Record<string, unknown>>[]); // cast: checked above

/** What an async run and the runs of a schedule are launched with. */
export const launchFields = {
  inputs,
  parameters,
  callback,
  name: z.string().min(1).max(200),
  deadlineSeconds: z
    .int()
    .min(60)
    .max(2_592_000)
    .describe('Counts only time QUEUED or RUNNING; past it the run is STOPPED'),
  onInvalidInput: z
    .enum(['reject', 'skip'])
    .describe('reject: nothing is created; skip: refused inputs end FAILED, the others run'),
} as const;

const dependency = z.union([
  uid.transform((text) => ({ uid: text, require: 'success' as const })),
  strict({ uid, require: z.enum(['success', 'finish']).default('success') }),
]);

/** `POST …/run/async`. */
export const asyncBody = strict(
  {
    inputs: launchFields.inputs.optional(),
    inputs_upload_uid: uid.optional().describe('Instead of `inputs`: the lines of an upload (POST /v1/uploads)'),
    parameters: launchFields.parameters.optional(),
    callback: launchFields.callback.optional(),
    name: launchFields.name.optional(),
    deadline_seconds: launchFields.deadlineSeconds.default(86_400),
    schedule_at: givenInstant.optional().describe('When to start, at most a year from now'),
    depends_on: z
      .array(dependency)
      .max(20)
      .optional()
      .describe('Runs to wait for; one that can no longer be met fails this run with DEPENDENCY_FAILED'),
    on_invalid_input: launchFields.onInvalidInput.default('reject'),
  },
  { ...NOT_HERE, ...MANY_INPUTS },
).superRefine((body, context) => {
  const hasInputs = body.inputs !== undefined;
  if (hasInputs !== (body.inputs_upload_uid !== undefined)) return;
  const message = hasInputs
    ? 'give either inputs or inputs_upload_uid'
    : `${INPUTS_MESSAGE}, or give inputs_upload_uid`;
  context.addIssue({ code: 'custom', path: [hasInputs ? 'inputs_upload_uid' : 'inputs'], message });
});

/** `POST /v1/uploads`. */
export const uploadBody = strict({
  content_length: z
    .int()
    .min(1)
    .superRefine((bytes, context) => {
      if (bytes <= LIMITS.uploadBytes) return;
      const message = `is over the limit of ${LIMITS.uploadBytes}; part the file into several uploads and runs`;
      context.addIssue({ code: 'custom', message, params: TOO_LARGE });
    })
    .meta({ maximum: LIMITS.uploadBytes })
    .optional()
    .describe('Bytes of the file. Then the PUT takes just so many; without it the size is checked at the launch'),
  content_encoding: z
    .enum(['gzip'])
    .optional()
    .describe('The file is compressed so; it may unzip to as many bytes and lines as an upload may have'),
});

/** Where an upload is to be put. */
export const upload = strict({
  uid: uid.describe('Give it as inputs_upload_uid to one launch, within 24 h'),
  method: z.literal('PUT'),
  url: z.string().describe('Good for one PUT: a second one is refused with 412'),
  headers: z.record(z.string(), z.string()).describe('To be sent with the PUT, as they are'),
  max_bytes: z.int().describe('A larger one is refused at its launch'),
  expires_at: instant.describe('Until then the PUT may begin'),
}).meta({ id: 'Upload' });
