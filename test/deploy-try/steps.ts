import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Children } from '../support/children.ts';
import { ACCOUNT, REGION } from './emulator.ts';
import type { Emulator } from './emulator.ts';
import { block, shellArgs } from './owner-shell.ts';

const HERE = import.meta.dirname;
const ROOT = join(HERE, '../..');
const STACK = 'Trireme-local';
const OTHER_APP = join(HERE, 'other-app.ts');
/** As infra/ACCIDENTS.md names it. */
const RESTORED_TABLE = 'trireme-local-restored';

export interface Witness {
  readonly children: Children;
  readonly emulator: Emulator;
  readonly python: string;
  readonly workDir: string;
}

/** A deployed stage, and what its owner's command printed of a key. */
export interface Deployed {
  readonly url: string;
  readonly apiKey: string;
  readonly signingSecret: string;
}

/** Throws unless the emulator refuses what AWS would; gives what it refused. */
export const checkTheChecks = (witness: Witness): Promise<readonly string[]> => look(witness, 'checks');

/** Synthesizes the stage and bootstraps the account; gives the resources that are there then. */
export async function bootstrap(witness: Witness): Promise<readonly string[]> {
  await cdk(witness, ['synth', '--quiet', ...fromSource(witness, 'first')]);
  await cdk(witness, ['bootstrap', `aws://${ACCOUNT}/${REGION}`, ...asSynthesized(witness)]);
  return look(witness, 'resources');
}

/** Deploys the stage and makes a key, as its owner would. */
export async function deploy(witness: Witness): Promise<Deployed> {
  const outputsFile = join(witness.workDir, 'outputs.json');
  await cdk(witness, ['deploy', ...UNASKED, '--outputs-file', outputsFile, ...asSynthesized(witness)]);
  const outputs: Record<string, { readonly Url: string }> = JSON.parse(await readFile(outputsFile, 'utf8'));
  const url = outputs[STACK]?.Url ?? assert.fail('the stack has no output Url');
  const create = [
    'owner',
    'keys',
    'create',
    '--workspace',
    'witness',
    '--stage',
    'local',
    '--region',
    REGION,
    '--json',
  ];
  const key: Omit<Deployed, 'url'> = JSON.parse(
    await command(witness, 'node', [join(ROOT, 'infra/admin/trireme.ts'), ...create]),
  );
  return { url, apiKey: key.apiKey, signingSecret: key.signingSecret };
}

/** Calls the stage's API as a consumer; then nothing may have been denied to a function, and none have failed. */
export async function journey(witness: Witness, deployed: Deployed): Promise<void> {
  await tests(witness, deployed, 'journey.ts');
  assert.deepEqual(witness.emulator.denials(), [], 'IAM denied something that a function asked for');
  assert.deepEqual(await look(witness, 'errors'), [], 'functions logged errors');
}

/** What differs in the stage of a later release, or in one that is pointed at a restored table and another master secret. */
export async function synthesizeOthers(witness: Witness): Promise<void> {
  await cdk(witness, ['synth', '--quiet', ...fromSource(witness, 'second')]);
  const [first, second] = await Promise.all(
    ['first', 'second'].map((name) => readFile(join(assembly(witness, name), `${STACK}.template.json`), 'utf8')),
  );
  assert.equal(second, first, 'the same sources give another template');
  const other = (...args: readonly string[]): string[] => ['--app', ['node', OTHER_APP, ...args].join(' ')];
  await cdk(witness, ['synth', '--quiet', ...other('release'), ...fromSource(witness, 'release')]);
  const masterSecretArn = await makeMasterSecret(witness);
  const restored = other('restored', RESTORED_TABLE, masterSecretArn);
  await cdk(witness, ['synth', '--quiet', ...restored, ...fromSource(witness, 'restored')]);
}

/** Makes one as infra/ACCIDENTS.md says; gives its ARN. */
async function makeMasterSecret(witness: Witness): Promise<string> {
  const printed = await command(witness, 'bash', shellArgs(block('The master secret is lost', 1)));
  return printed.trim().split('\n').at(-1) ?? '';
}

/** Upgrades the stage, goes back, and has accidents; then nothing may have been denied to a function. */
export async function changes(witness: Witness, deployed: Deployed): Promise<void> {
  const { length: before } = witness.emulator.denials();
  await tests(witness, deployed, 'changes.ts');
  assert.deepEqual(witness.emulator.denials().slice(before), [], 'IAM denied something that a function asked for');
}

async function tests(witness: Witness, { url, apiKey, signingSecret }: Deployed, file: string): Promise<void> {
  await witness.children.run('vitest', ['run', '--config', join(HERE, 'journey.config.ts'), file], {
    cwd: ROOT,
    isShown: true,
    env: {
      ...witness.emulator.env,
      DEPLOY_TRY_URL: url,
      DEPLOY_TRY_KEY: apiKey,
      DEPLOY_TRY_SIGNING_SECRET: signingSecret,
      DEPLOY_TRY_WORK_DIR: witness.workDir,
    },
  });
}

/** Destroys the stage: what infra/README.md names stays, and nothing else. */
export async function destroy(witness: Witness, before: readonly string[]): Promise<readonly string[]> {
  await cdk(witness, ['destroy', '--force', ...asSynthesized(witness)]);
  const after = await look(witness, 'resources');
  const left = after.filter((resource) => !before.includes(resource));
  const kinds = left.map((resource) => resource.split(' ', 1).join()).toSorted((a, b) => a.localeCompare(b));
  assert.deepEqual(
    kinds,
    ['bucket', 'secret', 'secret', 'secret', 'table', 'table'], // one of them restored, and never the stack's
    `infra/README.md, "Remove", says otherwise: ${left.join(', ')}`,
  );
  const gone = before.filter((resource) => !after.includes(resource));
  assert.deepEqual(gone, [], 'destroy took what was there before');
  return left;
}

const UNASKED = ['--require-approval', 'never', '--progress', 'events'];
const assembly = ({ workDir }: Witness, name: string): string => join(workDir, `cdk.out-${name}`);
const asSynthesized = (witness: Witness): string[] => ['--app', assembly(witness, 'first')];
const STAGE = ['-c', 'stage=local', '-c', `region=${REGION}`];
const fromSource = (witness: Witness, name: string): string[] => [...STAGE, '--output', assembly(witness, name)];

const cdk = (witness: Witness, args: readonly string[]): Promise<string> =>
  command(witness, 'cdk', [...args, '--no-notices']);

async function look(witness: Witness, at: 'checks' | 'errors' | 'resources'): Promise<readonly string[]> {
  return JSON.parse(await command(witness, witness.python, [join(HERE, 'look.py'), at]));
}

const command = ({ children, emulator }: Witness, name: string, args: readonly string[]): Promise<string> =>
  children.run(name, args, { env: emulator.env, cwd: ROOT });
