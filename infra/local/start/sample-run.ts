import type { LocalSystem } from './start-system.ts';

/** Small countries, so that the whole run is a few dozen pages and a few seconds. */
const COUNTRIES = ['IS', 'LU', 'MT', 'EE', 'LV', 'SI', 'UY', 'NZ'];

const POLL_EVERY_MS = 500;
/** Far longer than the run takes; one that is not over by then is no longer watched. */
const PATIENCE_MS = 60_000;

interface RunShown {
  readonly uid: string;
  readonly status: string;
  readonly inputs: { readonly total: number; readonly succeeded: number; readonly failed: number };
  readonly output_count: number;
}

/**
 * Does the main job once, as a caller would: an async run over the cities of a few countries, with callbacks to the inbox.
 * Prints its progress. Ends early once `isStopping` says that the system stops.
 */
export async function runSample(
  { runtime, inbox, access }: Pick<LocalSystem, 'runtime' | 'inbox' | 'access'>,
  print: (line: string) => void,
  isStopping: () => boolean,
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
  let lastLine = '';
  const until = Date.now() + PATIENCE_MS;
  while (!isStopping() && Date.now() < until) {
    const run = await call(`/v1/runs/${uid}`);
    const line = `sample: ${run.status}, ${run.inputs.succeeded} of ${run.inputs.total} inputs done, ${run.output_count} cities`;
    if (line !== lastLine) print(line);
    lastLine = line;
    if (hasFinished(inbox, uid)) return print(closingText(`${runtime.url}/v1/runs/${uid}`, access.apiKey));
    await new Promise((resolve) => setTimeout(resolve, POLL_EVERY_MS));
  }
  if (!isStopping()) print(`sample: not over yet; GET ${runtime.url}/v1/runs/${uid} shows its progress`);
}

/** Whether the inbox has the run's `run.finished`, with a right signature. */
function hasFinished(inbox: LocalSystem['inbox'], runUid: string): boolean {
  return inbox.received().some(({ body, fault }) => {
    const text = JSON.stringify(body);
    return fault === null && text.includes('"run.finished"') && text.includes(runUid);
  });
}

function closingText(url: string, apiKey: string): string {
  return `\nThe sample run is over: the manifest's counts agree with the callbacks above. To read the run again:\n  curl -s ${url} -H 'X-API-Key: ${apiKey}'\n`;
}
