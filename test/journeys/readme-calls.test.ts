import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { readDocument } from '../guards/readme-text.ts';
import { type LocalTestSystem, shareLocalSystem } from '../support/local-system.ts';
import { type CallbackReceiver, manifestIn, openCallbackReceiver } from '../support/receiver.ts';
import { until } from '../support/until.ts';

const SECTION = /^## Three calls\n([\s\S]*?)^## /m.exec(readDocument('README.md'))?.[1] ?? '';

/** The section's blocks of one language, in their order. */
function blocks(language: string): readonly string[] {
  return Array.from(
    SECTION.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm')),
    ([, text = '']) => text,
  );
}

const [, LIVE = '', ASYNC = '', READ = ''] = blocks('sh');
const [LAUNCHED, ENDED, PAGE] = blocks('json').map((text): Record<string, unknown> => JSON.parse(text));

let system: LocalTestSystem;
let receiver: CallbackReceiver;

beforeAll(async () => {
  system = await shareLocalSystem();
  receiver = await openCallbackReceiver(system.signingSecret);
});
afterAll(async () => {
  await system.close();
  await receiver.close();
});

/** Sends what a block's line of curl sends; the answer's body. */
async function send(block: string, runUid = ''): Promise<unknown> {
  const [, path = ''] = /"\$URL([^"]+)"/.exec(block) ?? [];
  const [, body] = /-d '(.*)'$/m.exec(block) ?? [];
  const asked = body === undefined ? {} : { body: JSON.parse(body.replace(`'$INBOX'`, receiver.url)) };
  const answer = await system.api.send(body === undefined ? 'GET' : 'POST', path.replace('$RUN', runUid), asked);
  expect(answer.status).toBeLessThan(300);
  return answer.body;
}

/** What a document may not foresee. */
const isDrawn = (name: string): boolean => name.endsWith('uid') || name.endsWith('_at');

/** A shown record as the real one must be: what cannot be foreseen may be any text, or null as shown. */
function pattern(shown: unknown): unknown {
  if (Array.isArray(shown)) return shown.map(pattern);
  if (typeof shown !== 'object' || shown === null) return shown;
  return Object.fromEntries(
    Object.entries(shown).map(([name, value]) => [
      name,
      isDrawn(name) && value !== null ? expect.any(String) : pattern(value),
    ]),
  );
}

describe("the README's three calls", () => {
  it('live gives the results that are shown', async () => {
    const shown = z.array(z.unknown()).parse(JSON.parse((blocks('text')[0] ?? '').replace(/, …\s*$/, ']')));
    const results = z.array(z.unknown()).parse(await send(LIVE));
    expect(shown.length).toBeGreaterThan(0);
    expect(results.slice(0, shown.length)).toEqual(shown);
    expect(results.length).toBe(Number(/list of up to (\d+) results/.exec(SECTION)?.[1]));
  });

  it('async, the run and its callbacks are as shown', async () => {
    const launched = z.looseObject({ run_uid: z.uuid() }).parse(await send(ASYNC));
    expect(launched).toMatchObject(pattern(LAUNCHED) as object); // cast: a record, as it was parsed
    const callbacks = await receiver.untilComplete(launched.run_uid);
    const read = await until('the run with all its callbacks delivered', async () => {
      const run = z
        .looseObject({ callbacks: z.looseObject({ pending: z.int() }) })
        .parse(await send(READ, launched.run_uid));
      return run.callbacks.pending === 0 ? run : null;
    });
    expect(read).toMatchObject(pattern(ENDED) as object); // cast: as above

    const page = callbacks.find((one) => one.input_index === PAGE?.['input_index'] && one.page === PAGE?.['page']);
    const count = Number(/`results`, of which there were (\d+)/.exec(SECTION.replaceAll('\n', ' '))?.[1]);
    expect(page?.results).toHaveLength(count);
    expect({ ...page, results: page?.results?.slice(0, 1) }).toEqual(pattern(PAGE));
    const [, manifest = '{}'] =
      /manifest of the `run\.finished` says `(.*?)`/.exec(SECTION.replaceAll('\n', ' ')) ?? [];
    expect(manifestIn(callbacks)).toEqual(JSON.parse(manifest));
  });
});
