import { readFileSync } from 'node:fs';
import { startRuntime } from '../../../infra/local/runtime.ts';

/** Runs a stack kept as JSON over a data folder until it is killed; prints the worker queue's count of messages sent. */
const [stackFile = '', dataDir = '', count = '0'] = process.argv.slice(2);
const { template, stackName, assets } = JSON.parse(readFileSync(stackFile, 'utf8'));
const runtime = await startRuntime({ stack: { template, stackName, assets: new Map(assets) }, dataDir });
for (let index = 0; index < Number(count); index += 1) {
  await runtime.invoke('echo', { ask: 'send', text: `slow ${index}` });
}
process.stdout.write('sent\n');
