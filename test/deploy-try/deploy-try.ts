import { once } from 'node:events';
import { join } from 'node:path';
import { settleAll } from '../../shared/engine/settle-all.ts';
import { startEmulator } from './emulator.ts';
import { preparePython } from '../support/python-venv.ts';
import { readFlags, runScript, type ScriptTools } from '../support/run-script.ts';
import { bootstrap, changes, checkTheChecks, deploy, destroy, journey, synthesizeOthers } from './steps.ts';

const HELP = `Deploys the stage "local" with the real CDK to an emulator of AWS that nobody here wrote, and tries it there:
ministack, with its checks of signatures and IAM on. It upgrades the stage and goes back while runs are in the middle,
has the accidents of infra/ACCIDENTS.md and pastes their commands, destroys, and looks at what is left.
Reaches nothing but this machine, except to install the emulator the first time, into .trireme/.

  npm run deploy:try [-- --keep]

  --keep   leaves the stage up after the journey, prints how to call it, and goes on at Ctrl-C
  --help   this text

Needs python3 (3.10 or later, with venv) and openssl. Takes some three minutes on two cores.`;

async function tryDeployment({ children, workDir, say }: ScriptTools, isKept: boolean): Promise<void> {
  say('Python and the emulator');
  const python = await preparePython(children, 'deploy:try', join(import.meta.dirname, 'requirements.txt'));
  const emulator = await startEmulator(children, python, workDir);
  const witness = { children, emulator, python, workDir };
  try {
    say('cdk bootstrap');
    const before = await bootstrap(witness);
    say('cdk deploy');
    const deployed = await deploy(witness);
    say(`the journey, at ${deployed.url}, and the releases to change to`);
    // Side by side: the journey waits for minutes of a schedule and of a revoked key, and works little.
    await settleAll([journey(witness, deployed), synthesizeOthers(witness)]);
    for (const refusal of await checkTheChecks(witness)) say(`  refused, as it must be: ${refusal}`);
    if (isKept) await keep(emulator.env, deployed);
    say('an upgrade, a roll-back, and accidents');
    await changes(witness, deployed);
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

const flags = readFlags('deploy:try', HELP, ['--keep']);
if (flags !== null) {
  const act = async (tools: ScriptTools): Promise<void> => {
    await tryDeployment(tools, flags.has('--keep'));
    tools.say('all is as it should be');
  };
  await runScript('deploy:try', act, (signal) => isWaiting && signal === 'SIGINT');
}
