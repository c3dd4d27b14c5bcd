import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesize } from '../../app.ts';
import type { StageSettings } from '../../settings.ts';
import { LOCAL_STAGE } from './project.ts';
import { readAssembly } from './read-assembly.ts';
import type { SynthesizedStack } from './read-assembly.ts';

/** Leaves out steps that take time and do not change the template; `cdk synth` and the tests do them. */
const LOCAL_CONTEXT = {
  // Functions run from where they were bundled, so that a rebuild reaches them.
  'aws:cdk:disable-asset-staging': true,
  'aws:cdk:disable-stack-trace': true,
  'aws:cdk:disable-creation-stack-traces': true,
};

/** How the CDK CLI hands context and options to an app. Validation by the default rules takes longer than all the rest. */
const LOCAL_VARIABLES = { CDK_CONTEXT_JSON: JSON.stringify(LOCAL_CONTEXT), CDK_VALIDATION: 'false' };

/**
 * Synthesizes the stage `local` over existing bundles; functions run from `bundleDir` itself. `settings` override some
 * of the stage's.
 */
export function synthesizeLocalStack(bundleDir: string, settings: Partial<StageSettings> = {}): SynthesizedStack {
  const outDir = mkdtempSync(join(tmpdir(), 'trireme-assembly-'));
  const previous = { ...process.env };
  Object.assign(process.env, LOCAL_VARIABLES);
  try {
    return readAssembly(synthesize({ stage: LOCAL_STAGE, settings, bundleDir, outDir }));
  } finally {
    for (const name of Object.keys(LOCAL_VARIABLES)) {
      if (previous[name] === undefined) delete process.env[name];
      else process.env[name] = previous[name];
    }
    rmSync(outDir, { recursive: true, force: true });
  }
}
