import { type Me, type Trireme, TriremeError } from '../client/trireme.ts';
import { CommandFailed } from './command-failed.ts';

/** Who calls. Throws CommandFailed where something else than a deployment answers. */
export async function whoAmI(trireme: Trireme, url: string): Promise<Me> {
  const me: unknown = await trireme.me().catch((error: unknown) => {
    if (error instanceof SyntaxError || (error instanceof TriremeError && error.is('UNEXPECTED_ANSWER'))) return null;
    throw error;
  });
  if (isMe(me)) return me;
  throw new CommandFailed(1, `${url} is no Trireme deployment: GET /v1/me does not answer with a workspace and a key.`);
}

function isMe(value: unknown): value is Me {
  return (
    isRecord(value) &&
    isRecord(value['workspace']) &&
    typeof value['workspace']['name'] === 'string' &&
    isRecord(value['key']) &&
    Array.isArray(value['key']['scopes'])
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
