import type { SeededRandom } from './random.ts';
import { FAIL_KINDS, type InputScript } from './launch-body.ts';

/** An input's script. `isWide`: one of many, so with few pages and small ones. */
export function drawInput(random: SeededRandom, key: string, isWide = false): InputScript {
  const pages = isWide ? random.int(1, 2) : random.pick([1, 1, 2, 3, 5]);
  const page = random.int(0, pages - 1);
  const fails = random.happens(isWide ? 0.1 : 0.35)
    ? { fails: [{ page, kind: random.pick(FAIL_KINDS), times: random.pick([1, 1, 2, 3, 4]) }] }
    : {};
  const isLarge = !isWide && random.happens(0.03);
  const size = isLarge ? { per_page: 3, padding: random.pick([6_000, 100_000]) } : { per_page: random.int(0, 4) };
  // Some calls take so long that verbs meet them in flight.
  const slow = random.happens(0.15) ? { takes_ms: Math.round(random.logarithmic(300, 30_000)) } : {};
  return { key, pages, ...size, ...slow, ...fails };
}
