import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { keepChildren } from './children.ts';
import type { Children } from './children.ts';
import { startEmulator } from './emulator.ts';
import { preparePython } from './python.ts';
import { bootstrap, checkTheChecks, deploy, deployAgain, destroy, journey } from './steps.ts';

const HELP = `Deploys the stage "local" with the real CDK to an emulator of AWS that nobody here wrote, and tries it there:
ministack, with its checks of signatures and IAM on. Then it deploys again, destroys, and looks at what is left.
Reaches nothing but this machine, except to install the emulator the first time, into .trireme/.

  npm run deploy:try [-- --keep]

  --keep   leaves the stage up after the journey, prints how to call it, and goes on at Ctrl-C
  --help   this text

Needs python3 (3.10 or later, with venv) and openssl. Takes some three minutes on two cores.`;

const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
const startedAt = Date.now();

function say(step: string): void {
  const seconds = Math.round((Date.now() - startedAt) / 1_000);
  process.stdout.write(`deploy:try ${`${seconds} s`.padStart(6)}  ${step}\n`);
}

async function tryDeployment(children: Children, workDir: string, isKept: boolean): Promise<void> {
  say('Python and the emulator');
  const python = await preparePython(children);
  const emulator = await startEmulator(children, python, workDir);
  const witness = { children, emulator, python, workDir };
  try {
    say('cdk bootstrap');
    const before = await bootstrap(witness);
    say('cdk deploy');
    const deployed = await deploy(witness);
    say(`the journey, at ${deployed.url}`);
    await journey(witness, deployed);
    for (const refusal of await checkTheChecks(witness)) say(`  refused, as it must be: ${refusal}`);
    if (isKept) await keep(emulator.env, deployed);
    say('cdk deploy again');
    await deployAgain(witness);
    say('cdk destroy');
    for (const left of await destroy(witness, before)) say(`  left, as infra/README.md says: ${left}`);
  } catch (error) {
    if (!children.isStopping()) process.stderr.write(`\nThe emulator's last lines:\n${emulator.tail()}\n`);
    throw error;
  }
}

/** Resolves at the first SIGINT. */
async function keep(env: NodeJS.ProcessEnv, deployed: object): Promise<void> {
  const variables = Object.entries(env).map(([name, value]) => `${name}='${value}'`);
  process.stdout.write(`\n${variables.join('\n')}\n\n${JSON.stringify(deployed, null, 2)}\n\nCtrl-C goes on.\n`);
  const idle = setInterval(() => undefined, 60_000);
  isWaiting = true;
  await once(process, 'SIGINT');
  isWaiting = false;
  clearInterval(idle);
}
let isWaiting = false;

async function main(isKept: boolean): Promise<void> {
  const children = keepChildren();
  const workDir = await mkdtemp(join(tmpdir(), 'trireme-deploy-try-'));
  const cleanUp = async (): Promise<void> => {
    await children.stop();
    await rm(workDir, { recursive: true, force: true });
  };
  for (const [signal, code] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      if (isWaiting && signal === 'SIGINT') return;
      process.exitCode = code;
      void cleanUp().finally(() => process.exit(code));
    });
  }
  try {
    await tryDeployment(children, workDir, isKept);
    say('all is as it should be');
  } catch (error) {
    // What was stopped by a signal has not failed.
    if (children.isStopping()) return;
    process.stderr.write(`\ndeploy:try failed: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  } finally {
    await cleanUp();
  }
}

const { values } = parseArgs({ options: { keep: { type: 'boolean', default: false }, help: { type: 'boolean' } } });
if (values.help === true) process.stdout.write(`${HELP}\n`);
else await main(values.keep);
