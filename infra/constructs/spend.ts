import { Duration } from 'aws-cdk-lib';
import { MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { USD_BY_METER } from '../../shared/domain/usage-cost.ts';
import type { EngineApi } from './http-api.ts';
import type { Platform } from './platform.ts';

/**
 * What a stage spends in a day, in dollars: from write units of its table and calls of its API, which AWS counts as they
 * come, so that neither a run has to end nor usage to be summed before it shows.
 */
export function spendADay({ state }: Pick<Platform, 'state'>, { stage }: Pick<EngineApi, 'stage'>): MathExpression {
  const { writeUnit, call } = USD_BY_METER;
  return new MathExpression({
    expression: `writes * ${writeUnit.toFixed(9)} + calls * ${call.toFixed(9)}`,
    usingMetrics: {
      writes: state.table.metricConsumedWriteCapacityUnits({ statistic: Stats.SUM }),
      calls: stage.metricCount({ statistic: Stats.SUM }),
    },
    period: Duration.days(1),
    label: 'dollars a day',
  });
}
