import { type EngineError, type ErrorRecord, toErrorRecord } from '../domain/errors.ts';
import type { CorePorts } from './ports.ts';

/** Turns an error into its record and logs the same with its stack under the record's `error_ref`. */
export function tellError(
  ports: Pick<CorePorts, 'chance' | 'log'>,
  error: EngineError,
  about: Readonly<Record<string, unknown>>,
): ErrorRecord {
  const record = toErrorRecord(error, ports.chance.uuid());
  const cause = error.cause instanceof Error ? error.cause.stack : undefined;
  ports.log.warn(error.message, {
    ...about,
    error_ref: record.error_ref,
    label: error.label,
    stack: cause ?? error.stack,
  });
  return record;
}
