import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { preparePython } from '../support/python-venv.ts';
import { runScript, type ScriptTools } from '../support/run-script.ts';
import type { ClientRun } from './client.ts';
import { CLIENTS, tryClient } from './clients.ts';
import { openFlakyUpstream } from './flaky-upstream.ts';
import { startLocal } from './start-local.ts';
import { printTable } from './table.ts';
import { fetchGenerator, installNodeTools } from './tools.ts';

const HELP = `Generates clients from the OpenAPI document of a local system, and tries them against it: openapi-generator
(Python, Java, TypeScript), openapi-python-client and openapi-typescript. Prints what each did, and what it could not do.

  npm run document:try [-- --client NAME]...

  --client NAME   only this client: ${CLIENTS.map(({ name }) => name).join(', ')}
  --help          this text

Example:

  npm run document:try -- --client java --client openapi-typescript

Exit code 1: a client could not be generated or built, or a step failed. Needs python3 (3.10 or later, with venv), a JDK
(11 or later) and mvn. What they lack is installed the first time, into .trireme/. Takes some three minutes.`;

async function tryClients({ children, workDir, say }: ScriptTools, wanted: readonly string[]): Promise<void> {
  say('the generators');
  const python = await preparePython(children, 'document:try', join(import.meta.dirname, 'requirements.txt'));
  const [generator, nodeTools] = await Promise.all([fetchGenerator(children), installNodeTools(children)]);
  say('a local system');
  const system = await startLocal(children, join(workDir, 'data'));
  await using upstream = await openFlakyUpstream();
  const document = join(workDir, 'openapi.json');
  await writeFile(document, await (await fetch(`${system.url}/v1/openapi.json`)).text());
  const runs: ClientRun[] = [];
  for (const client of CLIENTS.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
    say(client.name);
    const dir = join(workDir, client.name);
    const env = {
      ...process.env,
      TRIREME_URL: system.url,
      TRIREME_KEY: system.apiKey,
      TRIREME_INBOX: system.inboxUrl,
      TRIREME_UPSTREAM: upstream.origin,
    };
    runs.push(await tryClient(client, { children, dir, document, generator, nodeTools, python, env }));
  }
  printTable(runs);
  if (runs.some(({ steps }) => steps.some((step) => 'failed' in step))) process.exitCode = 1;
}

const { values } = parseArgs({
  options: { client: { type: 'string', multiple: true, default: [] }, help: { type: 'boolean' } },
});
const unknown = values.client.filter((name) => !CLIENTS.some((client) => client.name === name));
if (values.help === true) process.stdout.write(`${HELP}\n`);
else if (unknown.length > 0) {
  process.stderr.write(`document:try: there is no client ${unknown.join(', ')}; --help names them\n`);
  process.exitCode = 2;
} else await runScript('document:try', (tools) => tryClients(tools, values.client));
