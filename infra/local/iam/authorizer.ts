import { evaluate, usedActions } from './evaluate.ts';
import type { Need } from './need.ts';
import { listOf, type Statement } from './statement.ts';

/** Who calls: a role, assumed under a session name (for Lambda, the function's name). */
export interface Principal {
  readonly role: string;
  readonly session: string;
  readonly statements: readonly Statement[];
  /** Lets presigned URLs be compared with what was signed. */
  readonly secretAccessKey?: string;
}

/** A statement of a principal, with those of its actions that no call has needed. */
export interface UnusedStatement {
  readonly principal: string;
  readonly statement: Statement;
  readonly unusedActions: readonly string[];
}

/** Allows or denies calls, and keeps which statements they needed. */
export interface Authorizer {
  /** The refusal in AWS's words; undefined when every need is allowed. */
  refusal(
    accessKeyId: string,
    principal: Principal,
    needs: readonly Need[],
    globalKeys: Need['conditionKeys'],
  ): string | undefined;
  /** The same decision, not counted as use of a statement. */
  isAllowed(accessKeyId: string, principal: Principal, need: Need): boolean;
  setStatements(accessKeyId: string, statements: readonly Statement[]): void;
  unused(principals: ReadonlyMap<string, Principal>): readonly UnusedStatement[];
}

/** The actions of calls that a statement decided, and those of its patterns that cover them. */
interface Use {
  readonly actions: Set<string>;
  readonly patterns: Set<string>;
}

export function createAuthorizer(account: string, log: (message: string) => void): Authorizer {
  const replaced = new Map<string, readonly Statement[]>();
  const used = new Map<Statement, Use>();
  const warned = new Set<string>();
  const warn = (message: string): void => {
    if (warned.has(message)) return;
    warned.add(message);
    log(message);
  };
  const statementsOf = (key: string, principal: Principal): readonly Statement[] =>
    replaced.get(key) ?? principal.statements;
  return {
    refusal(key, principal, needs, globalKeys) {
      for (const requestNeed of needs) {
        const need = { ...requestNeed, conditionKeys: { ...globalKeys, ...requestNeed.conditionKeys } };
        const decision = evaluate(statementsOf(key, principal), need, warn);
        for (const statement of decision.decidedBy) countUse(used, statement, need.action);
        if (decision.allowed) continue;
        const who = `User: arn:aws:sts::${account}:assumed-role/${principal.role}/${principal.session}`;
        const why = decision.explicit
          ? 'with an explicit deny in an identity-based policy'
          : `because no identity-based policy allows the ${need.action} action`;
        return `${who} is not authorized to perform: ${need.action} on resource: ${need.resource} ${why}`;
      }
      return undefined;
    },
    isAllowed: (key, principal, need) => evaluate(statementsOf(key, principal), need, warn).allowed,
    setStatements: (key, statements) => void replaced.set(key, statements),
    unused: (principals) =>
      [...principals].flatMap(([key, principal]) =>
        statementsOf(key, principal)
          .map((statement) => unusedPart(principal.session, statement, used.get(statement)?.patterns))
          .filter(({ statement, unusedActions }) => unusedActions.length > 0 || !used.has(statement)),
      ),
  };
}

function countUse(used: Map<Statement, Use>, statement: Statement, action: string): void {
  const use = used.get(statement) ?? { actions: new Set(), patterns: new Set() };
  if (use.actions.has(action)) return;
  use.actions.add(action);
  for (const pattern of usedActions(statement, action)) use.patterns.add(pattern);
  used.set(statement, use);
}

function unusedPart(principal: string, statement: Statement, used: ReadonlySet<string> = new Set()): UnusedStatement {
  return { principal, statement, unusedActions: listOf(statement.Action).filter((action) => !used.has(action)) };
}
