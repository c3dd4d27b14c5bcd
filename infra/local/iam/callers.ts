import { createHash, randomBytes } from 'node:crypto';
import type { Principal } from './authorizer.ts';
import type { RolePlan, SystemPlan } from '../template/system-plan.ts';

/** An access key that the gateway knows. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Everyone who may call the gateway, with their access keys; the secret keys are new at each start. */
export interface Callers {
  readonly principals: ReadonlyMap<string, Principal>;
  /** May do everything: for the command line, and for what AWS's services do by themselves. */
  readonly admin: Credentials;
  /** Each function's key, with the rights of its role. By the function's name. */
  readonly functions: ReadonlyMap<string, Credentials>;
  /** Keys of the roles that a service assumes, by the role's ARN. */
  readonly roles: ReadonlyMap<string, Credentials>;
}

/**
 * Gives every function and every role of the plan an access key of its own. Throws when a function's role is missing.
 */
export function nameCallers({ roles, functions }: SystemPlan): Callers {
  const principals = new Map<string, Principal>();
  const addPrincipal = (session: string, { name, statements }: Pick<RolePlan, 'name' | 'statements'>): Credentials => {
    const accessKeyId = `ASIA${createHash('sha256').update(`${name} ${session}`).digest('hex').slice(0, 16).toUpperCase()}`;
    const secretAccessKey = randomBytes(30).toString('base64url');
    principals.set(accessKeyId, { role: name, session, statements, secretAccessKey });
    return { accessKeyId, secretAccessKey };
  };
  return {
    principals,
    admin: addPrincipal('admin', {
      name: 'local-admin',
      statements: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
    }),
    functions: new Map(
      functions.map(({ name, roleArn }) => {
        const role = roles.find(({ arn }) => arn === roleArn);
        if (role === undefined) throw new Error(`Function ${name}: its role ${roleArn} is not in the template`);
        return [name, addPrincipal(name, role)];
      }),
    ),
    roles: new Map(roles.map((role) => [role.arn, addPrincipal('service', role)])),
  };
}
