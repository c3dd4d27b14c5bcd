import { type EngineError, type ErrorRecord, toErrorRecord } from '../domain/errors.ts';
import type { CorePorts } from './ports.ts';

/**
 * Turns an error into its record and logs the same under the record's `error_ref`: a fault of ours as an error, which
 * raises an alarm, with its stack; a caller's or an action's as a warning, an action's with what the action threw.
 */
export function tellError(
  ports: Pick<CorePorts, 'chance' | 'log'>,
  error: EngineError,
  about: Readonly<Record<string, unknown>>,
): ErrorRecord {
  const record = toErrorRecord(error, ports.chance.uuid());
  const told = { ...about, error_ref: record.error_ref, label: error.label };
  const thrown = error.cause instanceof Error ? error.cause.stack : undefined;
  if (record.error_scope === 'server') ports.log.error(error.message, { ...told, stack: thrown ?? error.stack });
  else if (record.error_scope === 'action' && thrown !== undefined) {
    ports.log.warn(error.message, { ...told, stack: thrown });
  } else ports.log.warn(error.message, told);
  return record;
}
