import { expect, test } from 'vitest';
import { createProgressStore } from '../../shared/storage/progress-store.ts';
import { NO_TOTALS } from '../../shared/domain/run.ts';
import type { InputEnd } from '../../shared/engine/stores/progress-store.ts';
import { noLargeObjects } from '../../functions/wiring/create-ports.ts';
import { openTable } from '../support/open-table.ts';

const RUN = 'a-run';
const EXPIRES = 4_000_000_000;
const WAIT = { page: 0, attempt: 1, until: 5_000, by: 'a message' };

/** A run of `length` inputs with the first `places` of them in hand, in epoch 1. */
async function openRun({ length, places }: { length: number; places: number }) {
  const progress = createProgressStore(openTable({ now: () => 0, after: () => () => undefined }), noLargeObjects);
  const inHand = Array.from({ length: places }, (_, position) => ({ position, input: position, wait: null }));
  const opening = { epoch: 1, order: 0, length, next: places, totals: NO_TOTALS, inHand };
  await progress.openWindow(RUN, opening, EXPIRES);
  return progress;
}

function endOf(position: number, place = position): InputEnd {
  return { place, position, input: position, adds: { ...NO_TOTALS, succeeded: 1, outputs: 10 } };
}

test('inputs that end together are counted and their places given on in one write', async () => {
  const progress = await openRun({ length: 9, places: 4 });
  const { counted, window } = await progress.endInputs(RUN, 1, [endOf(3), endOf(1)]);
  expect([...counted]).toEqual([3, 1]);
  expect(window).toMatchObject({ next: 6, front: 6, totals: { succeeded: 2, failed: 0, outputs: 20 } });
  expect(Array.from(window?.open ?? [], ([input, { place }]) => [place, input])).toEqual([
    [0, 0],
    [1, 5],
    [2, 2],
    [3, 4],
  ]);
});

test('an input that was counted before is left out, the others are counted all the same', async () => {
  const progress = await openRun({ length: 9, places: 4 });
  await progress.endInputs(RUN, 1, [endOf(1)]);
  const { counted, window } = await progress.endInputs(RUN, 1, [endOf(0), endOf(1), endOf(2)]);
  expect([...counted]).toEqual([0, 2]);
  expect(window?.totals).toMatchObject({ succeeded: 3, outputs: 30 });
  expect((await progress.endInputs(RUN, 1, [endOf(0), endOf(2)])).counted.size).toBe(0);
});

test('nothing is counted under another epoch, nor without a window', async () => {
  const progress = await openRun({ length: 9, places: 4 });
  expect(await progress.endInputs(RUN, 2, [endOf(0)])).toMatchObject({ counted: new Set(), window: { epoch: 1 } });
  expect(await progress.endInputs('another', 1, [endOf(0)])).toEqual({ counted: new Set(), window: null });
});

test('when every place is empty all has ended', async () => {
  const progress = await openRun({ length: 3, places: 2 });
  await progress.endInputs(RUN, 1, [endOf(0), endOf(1)]);
  const { window } = await progress.endInputs(RUN, 1, [endOf(2, 0)]);
  expect(window).toMatchObject({ open: new Map(), front: Infinity, totals: { succeeded: 3 } });
});

test('a wait is written over the one before it only, and goes when its input ends', async () => {
  const progress = await openRun({ length: 9, places: 2 });
  const read = async () => (await progress.readWindow(RUN))?.open.get(1);
  const first = await read();
  if (first === undefined) throw new Error('Input 1 is in hand.');
  expect(await progress.noteWait(RUN, 1, { input: 1, ...first }, WAIT)).toEqual({ noted: true });
  const stored = await read();
  expect(stored).toMatchObject(WAIT);
  expect(await progress.noteWait(RUN, 1, { input: 1, ...first }, WAIT)).toEqual({ noted: false, open: stored });
  const later = { ...WAIT, attempt: 2, limited: { times: 1, since: 7 }, reserved: true };
  if (stored === undefined) throw new Error('Input 1 waits.');
  expect(await progress.noteWait(RUN, 1, { input: 1, ...stored }, later)).toEqual({ noted: true });
  expect(await read()).toMatchObject(later);
  await progress.endInputs(RUN, 1, [endOf(1)]);
  expect(await progress.noteWait(RUN, 1, { input: 1, ...stored }, later)).toEqual({ noted: false, open: null });
});

test('a retry counts along the order that it wrote down', async () => {
  const progress = await openRun({ length: 9, places: 2 });
  const failed = [2, 5, 8].map((input) => ({ input, pages: 1, outputs: input, callbacks: 1 }));
  await progress.writeOrder(RUN, 3, 0, failed, EXPIRES);
  const inHand = [{ position: 0, input: 2, wait: null }];
  const opening = { epoch: 3, order: 3, length: 3, next: 1, totals: { ...NO_TOTALS, succeeded: 6 }, inHand };
  const laid = await progress.openWindow(RUN, opening, EXPIRES);
  expect(laid).toMatchObject({ opened: true, window: { front: 5 } });
  const end = { ...endOf(0), input: 2 };
  const { window: next } = await progress.endInputs(RUN, 3, [end]);
  expect([...(next?.open ?? [])]).toMatchObject([
    [5, { place: 0, position: 1, counted: { pages: 1, outputs: 5, callbacks: 1 } }],
  ]);
  expect(next?.front).toBe(8);
});
