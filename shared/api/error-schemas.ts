import * as z from 'zod';
import { errorLabel, errorScope, infoLabel } from './enums.ts';
import { jsonObject, strict } from './fields.ts';

export const validationError = strict({
  path: z.string().describe('Where the fault is, such as `inputs[3].country`; empty for the whole body'),
  message: z.string().describe('What is wrong, and what is allowed'),
}).meta({ id: 'ValidationError' });

/**
 * An error as it is sent: HTTP bodies, `last_error`, `error` in callbacks. The catalogue is shared/domain/errors.ts.
 */
export const errorRecord = strict({
  error_label: errorLabel.describe('The kind of error. Compare this value, never `message`'),
  error_scope: errorScope,
  error_ref: z.string().describe('Identifies this error in the logs. Include it when you report the error'),
  message: z.string().describe('What went wrong, for a person to read. It may change'),
  status_code: z.int().min(400).max(599).describe('The HTTP status that belongs to the label'),
  retryable: z.boolean().describe('Whether the same request may succeed later'),
  params: jsonObject.describe(
    'Details that depend on the label, such as `scope`, `status` or `dependency`; `postponed_until` is the time from ' +
      'which a retry may succeed, if it is known',
  ),
  validation_errors: z
    .array(validationError)
    .nullable()
    .describe('The first 100 faults of the input; null if the error is not about an input'),
}).meta({ id: 'Error', description: 'Every error of the API has this form.' });

/** Something worth knowing that is no error. */
export const info = strict({ label: infoLabel, message: z.string() }).meta({ id: 'Info' });
