import type { FunctionPlan } from './system-plan.ts';
import { TemplateError } from './template-error.ts';

/** The ARN of a function of this template named by name or ARN; throws when there is none. */
export function functionArnOf(functions: readonly FunctionPlan[], reference: string, where: string): string {
  const found = functions.find(
    ({ name, arn }) => reference === arn || reference === name || reference.includes(`${arn}/`),
  );
  if (found === undefined) throw new TemplateError(where, `"${reference}" names no function of this template`);
  return found.arn;
}
