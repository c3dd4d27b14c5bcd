import { rmSync } from 'node:fs';
import { synthesize } from '../../infra/app.ts';
import { settingsOf } from '../../infra/settings.ts';
import type { StageSettings } from '../../infra/settings.ts';
import { FUNCTION_NAMES } from '../../shared/functions.ts';
import { emptyBundles } from './bundle-fixture.ts';

type Properties = Readonly<Record<string, unknown>>;

interface TemplateResource {
  readonly Type: string;
  readonly Properties: Properties;
  readonly DeletionPolicy?: string;
}

export interface SynthesizedStack {
  readonly settings: StageSettings;
  readonly resources: Readonly<Record<string, TemplateResource>>;
  readonly outputs: Readonly<Record<string, Readonly<{ Value: unknown }>>>;
}

interface SynthesizedTemplate {
  readonly Resources: SynthesizedStack['resources'];
  readonly Outputs: SynthesizedStack['outputs'];
}

/** The stack of a stage over empty bundles, with cdk-nag and CloudFormation's rules applied: findings throw. */
export function stackOf(stage: string, settings: Partial<StageSettings> = {}): SynthesizedStack {
  const bundleDir = emptyBundles(FUNCTION_NAMES);
  const { stacks, directory } = synthesize({ stage, settings, bundleDir });
  const template: SynthesizedTemplate | undefined = stacks[0]?.template;
  for (const folder of [bundleDir, directory]) rmSync(folder, { recursive: true });
  if (template === undefined) throw new Error(`Stage ${stage} has no stack`);
  return { settings: settingsOf(stage, settings), resources: template.Resources, outputs: template.Outputs };
}

/** The resources of one type, in the template's order. */
export function listResources({ resources }: SynthesizedStack, type: string) {
  return Object.entries(resources)
    .filter(([, resource]) => resource.Type === type)
    .map(([id, resource]) => ({ id, properties: resource.Properties }));
}

/** The properties of a resource; throws where there is none. */
export function propertiesOf({ resources }: SynthesizedStack, id: string): Properties {
  const resource = resources[id];
  if (resource === undefined) throw new Error(`No resource ${id}`);
  return resource.Properties;
}

/** The logical id of the resource an intrinsic points at; throws where it points at none. */
export function target(value: unknown): string {
  const text = JSON.stringify(value);
  const found = /"(?:Ref|Fn::GetAtt)":\[?"([A-Za-z0-9]+)"/.exec(text)?.[1];
  if (found === undefined) throw new Error(`${text} points at no resource`);
  return found;
}
