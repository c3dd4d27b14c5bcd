/** A launch as it goes over the wire. */
export interface LaunchCall {
  readonly url: string;
  readonly action: string;
  readonly mode: 'live' | 'async' | 'schedule';
  readonly body: Readonly<Record<string, unknown>>;
}

/** The call for a shell; the key is a variable, so that none is copied by accident. */
export function curlText({ url, action, mode, body }: LaunchCall): string {
  const json = JSON.stringify(body).replaceAll("'", String.raw`'\''`);
  return [
    `curl -s "${url}/v1/actions/${action}/run/${mode}" \\`,
    `  -H "X-API-Key: $TRIREME_KEY" -H 'Content-Type: application/json' \\`,
    `  -d '${json}'`,
  ].join('\n');
}

const METHODS = { live: 'live', async: 'start', schedule: 'schedule' } as const;

/** The call for the client of this project. */
export function clientText({ url, action, mode, body }: LaunchCall): string {
  const call = `trireme.action(${JSON.stringify(action)}).${METHODS[mode]}(${JSON.stringify(body, null, 2)})`;
  const use = {
    live: `for await (const result of ${call}) console.log(result);`,
    async: `const run = await ${call};\nawait run.wait();\nfor await (const result of run.outputs()) console.log(result);`,
    schedule: `const schedule = await ${call};`,
  }[mode];
  return `const trireme = new Trireme({ url: ${JSON.stringify(url)}, apiKey: process.env.TRIREME_KEY });\n${use}`;
}
