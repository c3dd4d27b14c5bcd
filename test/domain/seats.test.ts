import { describe, expect, it } from 'vitest';
import { leaveSeat, NO_SEATS, type Seats, seatsAmong, takeSeat } from '../../shared/domain/seats.ts';

const UNTIL = 60_000;

/** Lets workers ask one after another, each as `worker workspace`; gives who got a seat, and how it is then. */
function ask(workers: number, asked: readonly string[], stored: Seats = NO_SEATS, now = 0) {
  let seats = stored;
  const given = asked.map((one) => {
    const [worker = '', workspaceUid = ''] = one.split(' ');
    const decided = takeSeat(seats, { worker, workspaceUid, until: now + UNTIL }, { now, workers });
    seats = decided.seats;
    return decided.isGiven;
  });
  return { given, seats };
}

describe('seats', () => {
  it.each([
    [1, 1],
    [2, 1],
    [3, 2],
    [4, 2],
    [20, 13],
    [100, 66],
  ])('of %i workers %i may be held', (workers, seats) => {
    expect(seatsAmong(workers)).toBe(seats);
  });

  it('are all for a workspace that nobody shares with', () => {
    expect(ask(4, ['1 a', '2 a', '3 a']).given).toEqual([true, true, false]);
  });

  it('are given once to a worker, however often it asks', () => {
    const { given, seats } = ask(4, ['1 a', '1 a', '1 a', '2 a']);
    expect(given).toEqual([true, true, true, true]);
    expect(seats.taken).toHaveLength(2);
  });

  it('that come free go to who was refused, until each has its share', () => {
    const all = ask(6, ['1 a', '2 a', '3 a', '4 a', '5 b']); // four seats
    expect(all.given).toEqual([true, true, true, true, false]);
    const freed = leaveSeat(all.seats, { worker: '1', workspaceUid: 'a' });
    expect(ask(6, ['1 a', '5 b', '1 a'], freed).given).toEqual([false, true, false]);
  });

  it('are at least one for each that asks while there are any', () => {
    expect(ask(6, ['1 a', '2 b', '3 c', '4 d', '5 e']).given).toEqual([true, true, true, true, false]);
  });

  it('of workers that died are free when their time is over, and who was refused counts no more', () => {
    const { seats } = ask(2, ['1 a', '2 b']);
    expect(ask(2, ['3 c'], seats, UNTIL).given).toEqual([true]);
    expect(ask(2, ['3 c'], seats, UNTIL).seats).toMatchObject({ taken: [{ worker: '3' }], waiting: [] });
  });

  it('refused again soon, are the same record: nothing is to be written', () => {
    const { seats } = ask(2, ['1 a', '2 b']);
    expect(ask(2, ['2 b'], seats, 1_000).seats).toBe(seats);
  });
});
