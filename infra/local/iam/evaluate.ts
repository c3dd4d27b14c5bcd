import { evaluateCondition } from './condition.ts';
import { matchesPattern } from './pattern.ts';
import type { Need } from './need.ts';
import { listOf, type Statement } from './statement.ts';

/** The answer to one need, with the statements that decided it. */
export type Decision =
  | { readonly allowed: true; readonly decidedBy: readonly Statement[] }
  | { readonly allowed: false; readonly explicit: boolean; readonly decidedBy: readonly Statement[] };

/**
 * Decides one need: explicit deny, then allow, else implicit deny. A statement with an unknown condition allows nothing
 * and, if it is a Deny, denies; `warn` gets the reason.
 */
export function evaluate(statements: readonly Statement[], need: Need, warn: (message: string) => void): Decision {
  const denies: Statement[] = [];
  const allows: Statement[] = [];
  for (const statement of covering(statements, need, warn)) {
    const condition = evaluateCondition(statement.Condition, need);
    if (typeof condition === 'object') {
      warn(`IAM: unknown ${condition.unknown} in ${describe(statement)}: ${need.action} is denied`);
      if (statement.Effect === 'Deny') denies.push(statement);
    } else if (condition === 'holds') (statement.Effect === 'Deny' ? denies : allows).push(statement);
  }
  if (denies.length > 0) return { allowed: false, explicit: true, decidedBy: denies };
  return allows.length > 0 ? { allowed: true, decidedBy: allows } : { allowed: false, explicit: false, decidedBy: [] };
}

/** For a list of statements: those that cover an action on a resource, regardless of their conditions. */
const coveringStatements = new WeakMap<readonly Statement[], Map<string, readonly Statement[]>>();
/** Entries kept for a list. A function that names ever new resources, such as objects of a bucket, starts over. */
const MAX_ENTRIES = 1_000;

function covering(statements: readonly Statement[], need: Need, warn: (message: string) => void): readonly Statement[] {
  let cache = coveringStatements.get(statements);
  if (cache === undefined || cache.size >= MAX_ENTRIES) {
    cache = new Map();
    coveringStatements.set(statements, cache);
  }
  const key = `${need.action} ${need.resource}`;
  let found = cache.get(key);
  if (found === undefined) {
    found = statements.filter((statement) => covers(statement, need, warn));
    cache.set(key, found);
  }
  return found;
}

function covers(statement: Statement, need: Need, warn: (message: string) => void): boolean {
  const isExactlyOne = (a: unknown, b: unknown): boolean => (a === undefined) !== (b === undefined);
  if (
    !isExactlyOne(statement.Action, statement.NotAction) ||
    !isExactlyOne(statement.Resource, statement.NotResource)
  ) {
    warn(`IAM: ${describe(statement)} wants exactly one of Action/NotAction and one of Resource/NotResource`);
    return statement.Effect === 'Deny';
  }
  const action = (pattern: string): boolean => matchesPattern(pattern, need.action, true);
  const resource = (pattern: string): boolean => matchesPattern(pattern, need.resource);
  return (
    (statement.Action === undefined
      ? !listOf(statement.NotAction).some(action)
      : listOf(statement.Action).some(action)) &&
    (statement.Resource === undefined
      ? !listOf(statement.NotResource).some(resource)
      : listOf(statement.Resource).some(resource))
  );
}

/** The action patterns of a statement that cover an action. */
export function usedActions(statement: Statement, action: string): readonly string[] {
  return listOf(statement.Action).filter((pattern) => matchesPattern(pattern, action, true));
}

function describe(statement: Statement): string {
  return statement.Sid === undefined ? JSON.stringify(statement) : `statement ${statement.Sid}`;
}
