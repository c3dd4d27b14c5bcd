import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthesize } from '../../app.ts';
import { LOCAL_STAGE } from './project.ts';
import { readAssembly } from './read-assembly.ts';
import type { SynthesizedStack } from './read-assembly.ts';

/** The template stays the same; what goes is what takes time here and is done by `cdk synth` and the tests. */
const LOCAL_CONTEXT = {
  // Functions run from where they were bundled, so that a rebuild reaches them.
  'aws:cdk:disable-asset-staging': true,
  'aws:cdk:disable-stack-trace': true,
  'aws:cdk:disable-creation-stack-traces': true,
  '@aws-cdk/core:validateAgainstDefaultRules': false,
};

/** Synthesizes the stage `local` over bundles that are there; functions run from `bundleDir` itself. */
export function synthesizeLocalStack(bundleDir: string): SynthesizedStack {
  const outDir = mkdtempSync(join(tmpdir(), 'trireme-assembly-'));
  const before = process.env['CDK_CONTEXT_JSON'];
  // How the CDK CLI hands context to an app.
  process.env['CDK_CONTEXT_JSON'] = JSON.stringify(LOCAL_CONTEXT);
  try {
    return readAssembly(synthesize({ stage: LOCAL_STAGE, bundleDir, outDir }));
  } finally {
    if (before === undefined) delete process.env['CDK_CONTEXT_JSON'];
    else process.env['CDK_CONTEXT_JSON'] = before;
    rmSync(outDir, { recursive: true, force: true });
  }
}
