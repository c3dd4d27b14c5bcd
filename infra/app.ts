/* oxlint-disable eslint/no-new -- a CDK construct joins its scope by being made */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import type { Environment } from 'aws-cdk-lib';
import { DISABLE_ASSET_STAGING_CONTEXT } from 'aws-cdk-lib/cx-api';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { bundleFunctions } from './bundle.ts';
import { EngineStack } from './engine-stack.ts';
import { settingsOf } from './settings.ts';
import type { StageSettings } from './settings.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** Where the bundles of a deployment are written. */
export const BUNDLE_DIR = join(ROOT, 'dist/functions');

export interface SynthOptions {
  /** A stage of infra/settings.ts; default: the `-c stage=…` of the CDK CLI, else `dev`. */
  readonly stage?: string;
  /** Overrides the stage's region; default: the `-c region=…` of the CDK CLI. */
  readonly region?: string;
  /** Overrides some of the stage's settings. */
  readonly settings?: Partial<StageSettings>;
  readonly bundleDir: string;
  /** Refers to the bundles where they are, without copies, so that a rebuilt bundle needs no new synthesis. */
  readonly inPlace?: boolean;
  /** Folder of the assembly; default: the CDK CLI's, else a temporary folder. */
  readonly outDir?: string;
}

/**
 * Synthesizes the stack over functions that are already bundled. Throws for a wrong setting or a finding of cdk-nag.
 */
export function synthesize(options: SynthOptions): CloudAssembly {
  return synthesizeStage(openStage(options), options.bundleDir);
}

interface OpenStage {
  readonly app: App;
  readonly stage: string;
  readonly settings: StageSettings;
}

/** The app and the stage that was asked for. Throws on a wrong setting. */
function openStage(options: Omit<SynthOptions, 'bundleDir'>): OpenStage {
  const app = new App({
    context: { ...contextOfProject(), ...(options.inPlace === true ? { [DISABLE_ASSET_STAGING_CONTEXT]: true } : {}) },
    analyticsReporting: false,
    ...(options.outDir === undefined ? {} : { outdir: options.outDir }),
  });
  const stage = options.stage ?? contextText(app, 'stage') ?? 'dev';
  const region = options.region ?? contextText(app, 'region');
  const settings = settingsOf(stage, { ...(region === undefined ? {} : { region }), ...options.settings });
  return { app, stage, settings };
}

function synthesizeStage({ app, stage, settings }: OpenStage, bundleDir: string): CloudAssembly {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));
  new EngineStack(app, `Trireme-${stage}`, {
    stage,
    settings,
    bundleDir,
    description: 'Trireme: actions offered live, async and on a schedule',
    env: envOf(settings),
  });
  return app.synth();
}

/** Without an account or region, CDK uses those of the deployer's credentials. */
function envOf({ account, region }: StageSettings): Environment {
  return { ...(account === null ? {} : { account }), ...(region === null ? {} : { region }) };
}

/**
 * Bundles every function, then synthesizes the stack over the bundles. Throws BundleError where sources or actions are
 * at fault.
 */
export async function buildApp(
  options: Omit<SynthOptions, 'bundleDir'> & { readonly bundleDir?: string } = {},
): Promise<CloudAssembly> {
  const bundleDir = options.bundleDir ?? BUNDLE_DIR;
  const opened = openStage(options);
  await bundleFunctions({ root: ROOT, outDir: bundleDir, offered: opened.settings.runtime.extraActions });
  return synthesizeStage(opened, bundleDir);
}

/** The feature flags in cdk.json: the CDK CLI reads them, but an app that is started without it must do so itself. */
function contextOfProject(): Record<string, unknown> {
  const file: { context: Record<string, unknown> } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8'));
  return file.context;
}

function contextText(app: App, key: string): string | undefined {
  const value: unknown = app.node.tryGetContext(key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

if (import.meta.main) {
  try {
    await buildApp();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
