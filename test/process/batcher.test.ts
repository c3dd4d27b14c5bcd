import { beforeEach, expect, it } from 'vitest';
import { type Batcher, createBatcher } from '../../shared/process/batcher.ts';
import { type InFlight, createInFlight } from '../../shared/process/in-flight.ts';

/** Nobody turns this clock: what is flushed was not waited for. */
const clock = { after: () => () => undefined };

let inFlight: InFlight;
let flushed: string[][];
let batcher: Batcher<string>;
beforeEach(() => {
  inFlight = createInFlight();
  flushed = [];
  const flush = async (entries: readonly string[]): Promise<void> => void flushed.push([...entries]);
  batcher = createBatcher(clock, { maxEntries: 10, maxWaitMs: 20, inFlight }, flush);
});

it('sends what a lone message brings without a wait, all of one turn together', async () => {
  inFlight.enter();
  await Promise.all([batcher.add('a'), batcher.add('b')]);
  expect(flushed).toEqual([['a', 'b']]);
});

it('has what a message brings wait for the others in hand', async () => {
  inFlight.enter();
  inFlight.enter();
  const first = batcher.add('first');
  await settled();
  expect(flushed).toEqual([]);
  await Promise.all([first, batcher.add('second')]);
  expect(flushed).toEqual([['first', 'second']]);
});

it('waits for those no more that are done', async () => {
  inFlight.enter();
  const leave = inFlight.enter();
  const added = batcher.add('only');
  await settled();
  leave();
  await added;
  expect(flushed).toEqual([['only']]);
});

it('waits its time where nobody says what is in hand', async () => {
  void batcher.add('alone');
  await settled();
  expect(flushed).toEqual([]);
});

async function settled(): Promise<void> {
  await new Promise((resolve) => void setImmediate(resolve));
}
