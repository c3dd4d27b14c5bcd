import type { LocalSystem } from './start-system.ts';

/** Small countries, so that the whole run is a few dozen pages and a few seconds. */
const COUNTRIES = ['IS', 'LU', 'MT', 'EE', 'LV', 'SI', 'UY', 'NZ'];

const LOOK_EVERY_MS = 500;
/** Long beyond what it takes; a run still at work then is left to itself. */
const PATIENCE_MS = 60_000;

interface RunShown {
  readonly uid: string;
  readonly status: string;
  readonly inputs: { readonly total: number; readonly succeeded: number; readonly failed: number };
  readonly output_count: number;
}

/**
 * Does the main job once, as a consumer would: an async run over the cities of a few countries, its callbacks to the
 * inbox, its progress told as it comes. `stopped` says that the system is on its way down.
 */
export async function runSample(
  { runtime, inbox, access }: Pick<LocalSystem, 'runtime' | 'inbox' | 'access'>,
  print: (line: string) => void,
  stopped: () => boolean,
): Promise<void> {
  const call = async (path: string, body?: unknown): Promise<RunShown> => {
    const response = await fetch(`${runtime.url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'x-api-key': access.apiKey, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
    return JSON.parse(text) as RunShown; // cast: the API's own answer, checked by its tests
  };
  print(`Sample run, because the data folder was empty: the cities of ${COUNTRIES.join(', ')}.`);
  const { uid } = await call('/v1/actions/search-cities/run/async', {
    name: 'sample',
    inputs: COUNTRIES.map((country) => ({ country, custom_data: { asked_for: country } })),
    callback: { url: inbox.url },
  });
  let told = '';
  const until = Date.now() + PATIENCE_MS;
  while (!stopped() && Date.now() < until) {
    const run = await call(`/v1/runs/${uid}`);
    const line = `sample: ${run.status}, ${run.inputs.succeeded} of ${run.inputs.total} inputs done, ${run.output_count} cities`;
    if (line !== told) print((told = line));
    if (hasFinished(inbox, uid)) return print(closing(`${runtime.url}/v1/runs/${uid}`, access.apiKey));
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  if (!stopped()) print(`sample: still at work; GET ${runtime.url}/v1/runs/${uid} tells how far it is`);
}

/** Whether the run's own end has come to the inbox, signature and all. */
function hasFinished(inbox: LocalSystem['inbox'], runUid: string): boolean {
  return inbox.received().some(({ body, fault }) => {
    const text = JSON.stringify(body);
    return fault === null && text.includes('"run.finished"') && text.includes(runUid);
  });
}

function closing(url: string, apiKey: string): string {
  return `\nThe sample run is over: what its manifest counts is what came above. To read it again:\n  curl -s ${url} -H 'X-API-Key: ${apiKey}'\n`;
}
