import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesize } from '../../app.ts';
import { LOCAL_STAGE } from './project.ts';
import { readAssembly } from './read-assembly.ts';
import type { SynthesizedStack } from './read-assembly.ts';

/** Leaves out steps that take time and do not change the template; `cdk synth` and the tests do them. */
const LOCAL_CONTEXT = {
  // Functions run from where they were bundled, so that a rebuild reaches them.
  'aws:cdk:disable-asset-staging': true,
  'aws:cdk:disable-stack-trace': true,
  'aws:cdk:disable-creation-stack-traces': true,
  '@aws-cdk/core:validateAgainstDefaultRules': false,
};

/** Synthesizes the stage `local` over existing bundles; functions run from `bundleDir` itself. */
export function synthesizeLocalStack(bundleDir: string): SynthesizedStack {
  const outDir = mkdtempSync(join(tmpdir(), 'trireme-assembly-'));
  const previous = process.env['CDK_CONTEXT_JSON'];
  // The CDK CLI passes context to an app in this variable.
  process.env['CDK_CONTEXT_JSON'] = JSON.stringify(LOCAL_CONTEXT);
  try {
    return readAssembly(synthesize({ stage: LOCAL_STAGE, bundleDir, outDir }));
  } finally {
    if (previous === undefined) delete process.env['CDK_CONTEXT_JSON'];
    else process.env['CDK_CONTEXT_JSON'] = previous;
    rmSync(outDir, { recursive: true, force: true });
  }
}
