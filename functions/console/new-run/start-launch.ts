import type { Trireme } from '../../../shared/client/trireme.ts';

/** A body of the API may have 4,500,000 bytes; a larger launch goes as a file. */
const MAX_BODY_BYTES = 4_000_000;

/** Starts what the body says; resolves with the path of the screen that shows it. */
export async function startLaunch(
  client: Trireme,
  action: string,
  mode: 'async' | 'schedule',
  body: Readonly<Record<string, unknown>>,
): Promise<string> {
  const handle = client.action(action);
  // The casts: what was typed is checked by the API, not by types.
  if (mode === 'schedule') return `/schedules/${(await handle.schedule(body as never)).uid}`;
  if (new Blob([JSON.stringify(body)]).size < MAX_BODY_BYTES) return `/runs/${(await handle.start(body as never)).uid}`;
  const { inputs, ...launch } = body;
  const lines = (inputs as readonly unknown[]).map((input) => `${JSON.stringify(input)}\n`);
  return `/runs/${(await handle.startFile(new Blob(lines), launch)).uid}`;
}
