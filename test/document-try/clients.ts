import { mkdir } from 'node:fs/promises';
import { JAVA } from './client-java.ts';
import { OPENAPI_PYTHON_CLIENT, PYTHON } from './client-python.ts';
import { OPENAPI_TYPESCRIPT, TYPESCRIPT } from './client-typescript.ts';
import { type Client, type ClientRun, readSteps, type Workshop } from './client.ts';

export const CLIENTS: readonly Client[] = [PYTHON, JAVA, TYPESCRIPT, OPENAPI_PYTHON_CLIENT, OPENAPI_TYPESCRIPT];

/** Generates and builds a client, and has it do its steps. What fails is told, and does not keep the next from its turn. */
export async function tryClient(client: Client, workshop: Workshop): Promise<ClientRun> {
  const { name } = client;
  try {
    await mkdir(workshop.dir, { recursive: true });
    await client.build(workshop);
  } catch (error) {
    return { name, steps: [{ step: 'generate, build', failed: messageOf(error) }] };
  }
  const built = { step: 'generate, build', did: 'yes' };
  try {
    return { name, steps: [built, ...readSteps(await client.run(workshop))] };
  } catch (error) {
    return { name, steps: [built, { step: 'run', failed: messageOf(error) }] };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
