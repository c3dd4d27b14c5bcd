import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import * as z from 'zod';
import type { TemplateDocument } from '../template/intrinsics.ts';

const Resource = z.object({
  Type: z.string(),
  Condition: z.string().optional(),
  Properties: z.record(z.string(), z.unknown()).optional(),
});
const Template = z.object({
  Resources: z.record(z.string(), Resource),
  Conditions: z.record(z.string(), z.unknown()).default({}),
  Parameters: z.record(z.string(), z.object({ Default: z.unknown() })).default({}),
  Mappings: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))).default({}),
});
const AssetManifest = z.object({
  files: z
    .record(
      z.string(),
      z.object({
        source: z.object({ path: z.string().optional() }),
        destinations: z.record(z.string(), z.object({ objectKey: z.string() })),
      }),
    )
    .default({}),
});

/** A synthesized stack: its template, and the folder of each code asset by object key. */
export interface SynthesizedStack {
  readonly template: TemplateDocument;
  readonly stackName: string;
  readonly assets: ReadonlyMap<string, string>;
}

/** Reads the one stack of a cloud assembly with the folders of its code. */
export function readAssembly(assembly: CloudAssembly): SynthesizedStack {
  const [stack, second] = assembly.stacks;
  if (stack === undefined || second !== undefined) {
    throw new Error(`The local runtime runs an app of one stack; this one has ${assembly.stacks.length}`);
  }
  // The template's type is `any` in cx-api; it is parsed here. Absent keys stay absent, so the shape is the document's.
  const template = Template.parse(stack.template) as TemplateDocument;
  const text = readFileSync(join(assembly.directory, `${stack.id}.assets.json`), 'utf8');
  const manifest = AssetManifest.parse(JSON.parse(text));
  const assets = new Map<string, string>();
  for (const { source, destinations } of Object.values(manifest.files)) {
    if (source.path === undefined) continue;
    for (const { objectKey } of Object.values(destinations))
      assets.set(objectKey, resolve(assembly.directory, source.path));
  }
  return { template, stackName: stack.stackName, assets };
}
