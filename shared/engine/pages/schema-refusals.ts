import { EngineError } from '../../domain/errors.ts';

/** The error for an input that its action refuses. */
export function inputRefused(errors: readonly { path: string; message: string }[]): EngineError {
  const first = errors[0];
  return new EngineError('BAD_INPUT', `The action does not accept this input: ${describeFault(first)}`, {
    validationErrors: errors,
  });
}

/** The error for parameters that the action refuses. */
export function parametersRefused(errors: readonly { path: string; message: string }[]): EngineError {
  const validationErrors = errors.map(({ path, message }) => ({
    path: path === '' ? 'parameters' : `parameters.${path}`,
    message,
  }));
  const message = `The action does not accept these parameters: ${describeFault(validationErrors[0])}`;
  return new EngineError('BAD_PARAMETERS', message, { validationErrors });
}

/** A fault in one phrase: where, and what. */
export function describeFault(fault: { path: string; message: string } | undefined): string {
  return fault === undefined ? 'no reason given' : `${fault.path === '' ? '' : `${fault.path}: `}${fault.message}`;
}
