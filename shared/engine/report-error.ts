import {
  type EngineError,
  type ErrorRecord,
  FAULTS_TOLD,
  toErrorRecord,
  type ValidationError,
} from '../domain/errors.ts';
import type { CorePorts } from './ports.ts';

/** The most characters kept of an error's message, and of a fault's path and message each. */
const MESSAGE_LENGTH = 4_000;
const FAULT_LENGTH = 1_000;
/** The most characters kept of all faults together: a record has to fit into an item of the table and a callback. */
const FAULTS_LENGTH = 40_000;

/**
 * Turns an error into its record and logs it under the record's `error_ref`. An error on our side is logged as an
 * error, which raises an alarm, with its stack; a caller's or an action's as a warning, an action's with what the
 * action threw.
 */
export function reportError(
  ports: Pick<CorePorts, 'random' | 'log'>,
  error: EngineError,
  about: Readonly<Record<string, unknown>>,
): ErrorRecord {
  const record = bounded(toErrorRecord(error, ports.random.uuid()));
  const fields = { ...about, error_ref: record.error_ref, label: error.label };
  const thrown = error.cause instanceof Error ? error.cause.stack : undefined;
  if (record.error_scope === 'server') ports.log.error(error.message, { ...fields, stack: thrown ?? error.stack });
  else if (record.error_scope === 'action' && thrown !== undefined) {
    ports.log.warn(error.message, { ...fields, stack: thrown });
  } else ports.log.warn(error.message, fields);
  return record;
}

/** The record, cut to its limits: texts that come from an action or an input may have any length. */
function bounded(record: ErrorRecord): ErrorRecord {
  const { message, validation_errors: faults } = record;
  return { ...record, message: cut(message, MESSAGE_LENGTH), validation_errors: faults && firstOf(faults) };
}

function firstOf(faults: readonly ValidationError[]): readonly ValidationError[] {
  const kept: ValidationError[] = [];
  let left = FAULTS_LENGTH;
  for (const { path, message } of faults.slice(0, FAULTS_TOLD)) {
    const fault = { path: cut(path, FAULT_LENGTH), message: cut(message, FAULT_LENGTH) };
    left -= fault.path.length + fault.message.length;
    if (left < 0) break;
    kept.push(fault);
  }
  return kept;
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length).toWellFormed()}…`;
}
