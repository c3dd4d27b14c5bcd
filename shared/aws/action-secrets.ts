import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createSecretMask, type SecretMask } from '../domain/secret-mask.ts';
import { refusalOfSecret } from '../domain/secret-value.ts';
import type { Clock, WorkspaceServices } from '../engine/ports.ts';
import { Lru } from '../process/lru.ts';
import { Permanent } from '../sdk/action-errors.ts';
import type { ReadCredential } from './credential-reader.ts';

/** How long the stage's secrets are used after they were read; a changed one is used after that at the latest. */
const TRUST_MS = 60_000;
const MASKS_KEPT = 1_000;

/** The secrets that actions get in runs of one workspace, and the mask that keeps them out of texts. */
export type WorkspaceSecrets = Pick<WorkspaceServices, 'secret' | 'maskSecrets' | 'findSecret'>;

/**
 * The secrets for actions: a workspace's own value before the stage's, which are read on first use and again after a
 * minute. Throws Permanent for a name that is not set or whose value cannot be used. A value that was given to an
 * action is masked in texts from then on: the stage's in those of every workspace, a workspace's own in its own only.
 * Otherwise one workspace could have the results of others refused, by a value that occurs in them.
 */
export function createActionSecrets(
  client: SecretsManagerClient,
  arn: string,
  clock: Pick<Clock, 'now'>,
  readCredential: ReadCredential,
): (workspaceUid: string) => WorkspaceSecrets {
  const stageMask = createSecretMask();
  const ownMasks = new Lru<SecretMask>(MASKS_KEPT);
  let known: { readonly values: Readonly<Record<string, unknown>>; readonly until: number } | null = null;

  async function readStage(name: string): Promise<unknown> {
    if (known === null || clock.now() >= known.until) {
      const { SecretString: text = '{}' } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
      known = { values: parseSecrets(text), until: clock.now() + TRUST_MS };
    }
    return Object.hasOwn(known.values, name) ? known.values[name] : undefined;
  }

  return (workspaceUid) => {
    const ownMask = ownMasks.get(workspaceUid) ?? createSecretMask();
    ownMasks.set(workspaceUid, ownMask);
    return {
      async secret(name) {
        const own = await readCredential(workspaceUid, name);
        const value = own ?? (await readStage(name));
        const refusal = refusalOfSecret(value);
        if (refusal !== null || typeof value !== 'string') {
          throw new Permanent(`The secret ${name} ${refusal}. ${WHERE_SET}`);
        }
        (own === null ? stageMask : ownMask).learn(name, value);
        return value;
      },
      maskSecrets: (text) => stageMask.mask(ownMask.mask(text)),
      findSecret: (text) => stageMask.find(text) ?? ownMask.find(text),
    };
  };
}

const WHERE_SET =
  "The stage's owner sets it in ActionSecrets (locally in .env), or a workspace for itself by PUT /v1/secrets.";

/** The error of JSON.parse is dropped, because it quotes the text, which has secrets. */
function parseSecrets(text: string): Readonly<Record<string, unknown>> {
  const values = readJson(text);
  if (typeof values === 'object' && values !== null && !Array.isArray(values)) return { ...values };
  throw new Permanent("The stage's ActionSecrets must hold a JSON object of name to text, and do not.");
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // the caller refuses null, with a message that does not quote the text
  }
}
