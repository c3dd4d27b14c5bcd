import type { FunctionName } from '../../shared/functions.ts';

/** The log group of a function. */
export function logNameOf(stage: string, name: FunctionName): string {
  return `/aws/lambda/trireme-${stage}-${name}`;
}

/** The log group of the gateway. Under this name the delivery needs no policy of its own, of which an account has ten. */
export function accessLogNameOf(stage: string): string {
  return `/aws/vendedlogs/trireme-${stage}/api`;
}
