import * as z from 'zod';

/** The dimensions of a metric, as `Name=Value` in the order of their names. */
export function dimensionsText(dimensions: readonly { readonly Name: string; readonly Value: unknown }[] = []): string {
  return dimensions
    .map(({ Name, Value }) => `${Name}=${typeof Value === 'string' ? Value : JSON.stringify(Value)}`)
    .toSorted()
    .join(',');
}

/** One data point of one period: what a metric was told in it. */
export interface MetricData {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: string;
  readonly values: readonly number[];
}

const Dimensions = z.array(z.looseObject({ Name: z.string(), Value: z.unknown() })).default([]);
const Stat = z.enum(['Sum', 'Maximum', 'Average']);
const AlarmProperties = z.looseObject({
  AlarmDescription: z.string(),
  ComparisonOperator: z.literal('GreaterThanOrEqualToThreshold'),
  EvaluationPeriods: z.literal(1),
  Threshold: z.number(),
  TreatMissingData: z.enum(['notBreaching', 'breaching']),
  Namespace: z.string().optional(),
  MetricName: z.string().optional(),
  Dimensions,
  Statistic: Stat.optional(),
  Metrics: z
    .array(
      z.looseObject({
        Id: z.string(),
        Expression: z.string().optional(),
        MetricStat: z
          .looseObject({
            Metric: z.looseObject({ Namespace: z.string(), MetricName: z.string(), Dimensions }),
            Stat,
          })
          .optional(),
      }),
    )
    .optional(),
});

/** The state of an alarm of the template after one period, in which these metrics were emitted. Throws for what the stack does not use. */
export function alarmState(properties: unknown, emitted: readonly MetricData[]): 'OK' | 'ALARM' {
  const alarm = AlarmProperties.parse(properties);
  const value = valueOf(alarm, emitted);
  if (value === null) return alarm.TreatMissingData === 'breaching' ? 'ALARM' : 'OK';
  return value >= alarm.Threshold ? 'ALARM' : 'OK';
}

/** Null: no data. */
function valueOf(alarm: z.output<typeof AlarmProperties>, emitted: readonly MetricData[]): number | null {
  if (alarm.Metrics === undefined) {
    const { Namespace: namespace = '', MetricName: name = '', Dimensions: dimensions, Statistic: stat } = alarm;
    if (stat === undefined) throw new Error(`${name} has no statistic`);
    return statisticOf({ namespace, name, dimensions: dimensionsText(dimensions) }, stat, emitted);
  }
  const byId = new Map(
    alarm.Metrics.flatMap(({ Id, MetricStat: one }) =>
      one === undefined
        ? []
        : [
            [
              Id,
              statisticOf(
                {
                  namespace: one.Metric.Namespace,
                  name: one.Metric.MetricName,
                  dimensions: dimensionsText(one.Metric.Dimensions),
                },
                one.Stat,
                emitted,
              ),
            ] as const,
          ],
    ),
  );
  const expression = alarm.Metrics.find((one) => one.Expression !== undefined)?.Expression ?? '';
  return calculate(expression, byId);
}

function statisticOf(
  wanted: Omit<MetricData, 'values'>,
  stat: z.output<typeof Stat>,
  emitted: readonly MetricData[],
): number | null {
  const values = emitted.flatMap((data) =>
    data.namespace === wanted.namespace && data.name === wanted.name && data.dimensions === wanted.dimensions
      ? data.values
      : [],
  );
  if (values.length === 0) return null;
  const sum = values.reduce((total, value) => total + value, 0);
  if (stat === 'Sum') return sum;
  return stat === 'Maximum' ? Math.max(...values) : sum / values.length;
}

/** A sum of products and quotients. A metric without data, or a division by zero, gives no data. */
function calculate(expression: string, byId: ReadonlyMap<string, number | null>): number | null {
  return expression.split(' + ').reduce<number | null>((sum, product) => {
    const value = multiply(product, byId);
    return sum === null || value === null ? null : sum + value;
  }, 0);
}

function multiply(product: string, byId: ReadonlyMap<string, number | null>): number | null {
  const [first = '', ...rest] = product.split(/\s+/);
  const read = (word: string): number | null => {
    if (/^\d+(\.\d+)?(e-\d+)?$/.test(word)) return Number(word);
    const value = byId.get(word);
    if (value === undefined) throw new Error(`${product}: ${word} is no metric of it`);
    return value;
  };
  let result = read(first);
  for (let at = 0; at < rest.length; at += 2) {
    const operand = read(rest[at + 1] ?? '');
    if (rest[at] !== '*' && rest[at] !== '/') throw new Error(`${product}: ${rest[at] ?? ''} is not understood`);
    if (result === null || operand === null || (rest[at] === '/' && operand === 0)) return null;
    result = rest[at] === '*' ? result * operand : result / operand;
  }
  return result;
}
