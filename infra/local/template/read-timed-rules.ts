import * as z from 'zod';
import { functionArnOf } from './function-arn.ts';
import type { FunctionPlan, TimedRulePlan } from './system-plan.ts';
import { unsupported } from './template-reader.ts';
import type { TemplateReader } from './template-reader.ts';

const Rule = z.object({
  ScheduleExpression: z.string('only rules on a schedule run locally'),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  Targets: z.array(
    z.object({ Arn: z.string(), Input: z.string().optional(), InputPath: unsupported, InputTransformer: unsupported }),
  ),
});

/** Rules on a schedule, with the functions they call. */
export function readTimedRules(reader: TemplateReader, functions: readonly FunctionPlan[]): readonly TimedRulePlan[] {
  return reader
    .all('AWS::Events::Rule', Rule)
    .filter(({ properties }) => properties.State === 'ENABLED')
    .map((rule) => ({
      name: rule.name,
      arn: rule.attribute('Arn'),
      expression: rule.properties.ScheduleExpression,
      targets: rule.properties.Targets.map(({ Arn, Input = null }) => ({
        functionArn: functionArnOf(functions, Arn, rule.id),
        input: Input,
      })),
    }));
}
