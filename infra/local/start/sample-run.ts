import { setTimeout } from 'node:timers/promises';
import { Trireme } from '../../../shared/client/trireme.ts';
import { type Callback, RunTally } from '../../../shared/client/webhook.ts';
import type { LocalSystem } from './start-system.ts';

/** Small countries, so that the whole run is a few dozen pages and a few seconds. */
const COUNTRIES = ['IS', 'LU', 'MT', 'EE', 'LV', 'SI', 'UY', 'NZ'];

/** Far longer than the run takes; one that is not over by then is no longer watched. */
const PATIENCE_MS = 60_000;
const POLL_EVERY_MS = 100;

/**
 * Does the main job once, as a caller would: an async run over the cities of a few countries, with callbacks to the
 * inbox. Prints its progress. Rejects with the reason of `stopping` once the system stops.
 */
export async function runSample(
  { runtime, inbox, access }: Pick<LocalSystem, 'runtime' | 'inbox' | 'access'>,
  print: (line: string) => void,
  stopping: AbortSignal,
): Promise<void> {
  const { url } = runtime;
  const trireme = new Trireme({ url, apiKey: access.apiKey });
  print(`Sample run, because the data folder was empty: the cities of ${COUNTRIES.join(', ')}.`);
  const run = await trireme.action('search-cities').start(
    {
      name: 'sample',
      inputs: COUNTRIES.map((country) => ({ country, custom_data: { asked_for: country } })),
      callback: { url: inbox.url },
    },
    { signal: stopping },
  );
  const patience = AbortSignal.timeout(PATIENCE_MS);
  const signal = AbortSignal.any([stopping, patience]);
  let lastLine = '';
  try {
    await run.wait({
      signal,
      onProgress: ({ status, inputs, output_count: cities }) => {
        const line = `sample: ${status}, ${inputs.succeeded} of ${inputs.total} inputs done, ${cities} cities`;
        if (line !== lastLine) print(line);
        lastLine = line;
      },
    });
    while (!hasAll(inbox, run.uid)) await setTimeout(POLL_EVERY_MS, undefined, { signal });
    print(closingText(url, run.uid, access.apiKey));
  } catch (error) {
    if (!patience.aborted) throw error;
    print(`sample: not over yet; GET ${url}/v1/runs/${run.uid} shows its progress`);
  }
}

/** Whether the inbox has every callback that the manifest of the run counts, with right signatures. */
function hasAll(inbox: LocalSystem['inbox'], runUid: string): boolean {
  const tally = new RunTally();
  for (const { body, fault } of inbox.received()) if (fault === null) tally.add(body as Callback); // cast: it was signed
  return tally.state(runUid).isComplete;
}

function closingText(url: string, runUid: string, apiKey: string): string {
  return `
The sample run is over: the manifest's counts agree with the callbacks above. To read the run again:
  curl -s ${url}/v1/runs/${runUid} -H 'X-API-Key: ${apiKey}'
In the console, opened by the link above:
  ${url}/console/runs/${runUid}
`;
}
