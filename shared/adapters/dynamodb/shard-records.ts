import type { InputMark, ReopenedInput } from '../../domain/input.ts';
import { type Item, ItemReader } from './attributes.ts';

/** A mark as its shard's item holds it. */
export function markToRecord(mark: InputMark): object {
  return {
    s: mark.status === 'FAILED' ? 'F' : 'S',
    p: mark.pages,
    r: mark.outputs,
    t: mark.tries === 0 ? null : mark.tries,
    cb: mark.callbacks,
    e: mark.empty ? true : null,
    x: mark.refused ? true : null,
    at: mark.finishedAt,
  };
}

interface MarkRecord {
  readonly s: 'F' | 'S';
  readonly p: number;
  readonly r: number;
  readonly t?: number;
  readonly cb: number;
  readonly e?: boolean;
  readonly x?: boolean;
  readonly at: number;
}

/** The marks a shard's item holds. */
export function marksOf(item: Item | null): ReadonlyMap<number, InputMark> {
  const marks = new Map<number, InputMark>();
  for (const [input, mark] of new ItemReader(item ?? {}).withPrefix<MarkRecord>('i')) {
    marks.set(Number(input), {
      status: mark.s === 'F' ? 'FAILED' : 'SUCCEEDED',
      pages: mark.p,
      outputs: mark.r,
      tries: mark.t ?? 0,
      callbacks: mark.cb,
      empty: mark.e ?? false,
      refused: mark.x ?? false,
      finishedAt: mark.at,
    });
  }
  return marks;
}

/** What a shard's item holds of inputs that were reopened. */
export function reopenedOf(item: Item | null): ReadonlyMap<number, ReopenedInput> {
  const reopened = new Map<number, ReopenedInput>();
  for (const [input, { p, r, cb }] of new ItemReader(item ?? {}).withPrefix<Pick<MarkRecord, 'p' | 'r' | 'cb'>>('r')) {
    reopened.set(Number(input), { pages: p, outputs: r, callbacks: cb });
  }
  return reopened;
}
