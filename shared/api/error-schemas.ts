import * as z from 'zod';
import { ERROR_LABELS } from '../domain/errors.ts';
import { jsonObject, strict } from './fields.ts';

/** An error as it is sent: HTTP bodies, `last_error`, `error` in callbacks. The catalogue is shared/domain/errors.ts. */
export const errorRecord = strict({
  error_label: z.enum(ERROR_LABELS),
  error_scope: z.enum(['auth', 'input', 'parameters', 'action', 'limit', 'state', 'server']),
  error_ref: z.string().describe('Name it when you report the error'),
  message: z.string(),
  status_code: z.int().min(400).max(599),
  retryable: z.boolean(),
  params: jsonObject.describe('postponed_until when known; scope, status, dependency where the label says so'),
  validation_errors: z
    .array(strict({ path: z.string(), message: z.string() }))
    .nullable()
    .describe('Up to 100 faults; null where the fault does not lie in an input'),
}).meta({ id: 'Error' });

/** Something worth telling that is no error. */
export const info = strict({ label: z.enum(['NO_RESULT']), message: z.string() });
