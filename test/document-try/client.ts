import { mkdir } from 'node:fs/promises';
import * as z from 'zod';
import type { Children } from '../support/children.ts';

/** What a client is generated with, built in and run with. */
export interface Workshop {
  readonly children: Children;
  /** A folder for this client. */
  readonly dir: string;
  /** The document as the local system serves it. */
  readonly document: string;
  /** The jar of openapi-generator. */
  readonly generator: string;
  /** A folder with `node_modules`. */
  readonly nodeTools: string;
  readonly python: string;
  /** With the addresses and the key of the local system. */
  readonly env: NodeJS.ProcessEnv;
}

/** A generated client, and a program that uses it. */
export interface Client {
  readonly name: string;
  build(workshop: Workshop): Promise<void>;
  /** What the program prints: a line of JSON for each step. */
  run(workshop: Workshop): Promise<string>;
}

const step = z.union([
  z.strictObject({ step: z.string(), did: z.string() }),
  z.strictObject({ step: z.string(), lacks: z.string() }),
  z.strictObject({ step: z.string(), failed: z.string() }),
]);

export interface ClientRun {
  readonly name: string;
  readonly steps: readonly z.output<typeof step>[];
}

export function readSteps(printed: string): ClientRun['steps'] {
  const lines = printed.split('\n').filter((line) => line.startsWith('{'));
  if (lines.length === 0) throw new Error(`It printed no step:\n${printed}`);
  return lines.map((line) => step.parse(JSON.parse(line)));
}

/** Runs openapi-generator. */
export async function generate(
  { children, dir, document, generator, env }: Workshop,
  language: string,
  properties: Readonly<Record<string, string>>,
): Promise<void> {
  const given = Object.entries(properties).map(([name, value]) => `${name}=${value}`);
  const parts = 'apiTests=false,modelTests=false,apiDocs=false,modelDocs=false';
  const options = ['--global-property', parts, '--additional-properties', given.join(',')];
  const args = ['-jar', generator, 'generate', '-i', document, '-g', language, '-o', dir, ...options];
  await mkdir(dir, { recursive: true });
  await children.run('java', args, { env, cwd: dir });
}
