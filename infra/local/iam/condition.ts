import { matchesArn, matchesPattern } from './pattern.ts';
import type { Need } from './need.ts';
import { listOf, type Statement } from './statement.ts';

type Test = (wanted: string, given: string) => boolean;

const operators: Readonly<Record<string, { readonly test: Test; readonly negated?: true }>> = {
  StringEquals: { test: (wanted, given) => wanted === given },
  StringNotEquals: { test: (wanted, given) => wanted === given, negated: true },
  StringEqualsIgnoreCase: { test: (wanted, given) => wanted.toLowerCase() === given.toLowerCase() },
  StringLike: { test: (wanted, given) => matchesPattern(wanted, given) },
  StringNotLike: { test: (wanted, given) => matchesPattern(wanted, given), negated: true },
  ArnEquals: { test: matchesArn },
  ArnLike: { test: matchesArn },
  ArnNotEquals: { test: matchesArn, negated: true },
  ArnNotLike: { test: matchesArn, negated: true },
  Bool: { test: (wanted, given) => wanted.toLowerCase() === given.toLowerCase() },
};

const knownKeys = new Set(
  [
    'aws:SourceAccount',
    'aws:SourceArn',
    'aws:SecureTransport',
    'aws:RequestedRegion',
    'aws:PrincipalArn',
    'aws:PrincipalAccount',
    'aws:ResourceAccount',
    'dynamodb:LeadingKeys',
    'iam:PassedToService',
    's3:prefix',
  ].map((key) => key.toLowerCase()),
);

/** A condition holds, does not hold, or uses an operator or key this evaluator does not know. */
export type ConditionResult = 'holds' | 'fails' | { readonly unknown: string };

/** Evaluates a statement's conditions (all must hold) as AWS's "IAM JSON policy elements: Condition" describes. */
export function evaluateCondition(condition: Statement['Condition'], need: Need): ConditionResult {
  let result: 'holds' | 'fails' = 'holds';
  for (const [operator, tests] of Object.entries(condition ?? {})) {
    for (const [key, value] of Object.entries(tests)) {
      if (!knownKeys.has(key.toLowerCase())) return { unknown: `condition key ${key}` };
      const holds = evaluateOne(operator, listOf(value).map(String), valuesOf(need, key));
      if (holds === undefined) return { unknown: `condition operator ${operator}` };
      if (!holds) result = 'fails';
    }
  }
  return result;
}

/** Keys are compared without case; undefined means the request does not carry the key. */
function valuesOf(need: Need, key: string): readonly string[] | undefined {
  const exact = need.conditionKeys[key];
  if (exact !== undefined) return exact;
  return Object.entries(need.conditionKeys).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];
}

function evaluateOne(
  full: string,
  wanted: readonly string[],
  given: readonly string[] | undefined,
): boolean | undefined {
  if (full === 'Null') return wanted.some((value) => (value.toLowerCase() === 'true') === (given === undefined));
  const [, set = '', name = ''] = /^(?:(ForAllValues|ForAnyValue):)?(.*)$/.exec(full) ?? [];
  const ifExists = name.endsWith('IfExists');
  const operator = operators[ifExists ? name.slice(0, -'IfExists'.length) : name];
  if (operator === undefined) return undefined;
  const negated = operator.negated === true;
  if (given === undefined || given.length === 0) {
    if (ifExists || set === 'ForAllValues') return true;
    return set === 'ForAnyValue' ? false : negated;
  }
  const matches = (value: string): boolean => wanted.some((pattern) => operator.test(pattern, value)) !== negated;
  return set === 'ForAnyValue' ? given.some(matches) : given.every(matches);
}
