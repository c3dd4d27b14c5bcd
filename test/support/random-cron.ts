/** A random number generator: 0 ≤ n < 1. */
export type Random = () => number;

/** Mulberry32: small, seeded, even enough to choose test cases. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function pick<T>(random: Random, values: readonly T[]): T {
  const value = values[Math.floor(random() * values.length)];
  if (value === undefined) throw new Error('nothing to pick from');
  return value;
}

const MONTHS = 'JAN feb Mar APR may Jun JUL AUG sep OCT nov DEC'.split(' ');
const DAYS = 'SUN mon Tue WED thu Fri SAT'.split(' ');
const MACROS = ['@hourly', '@daily', '@weekly', '@monthly', '@yearly'];

interface Shape {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
  readonly star: number;
  readonly edges: readonly number[];
  readonly steps: readonly number[];
}

/** A random expression of the contract's dialect; some name dates that never come. */
export function randomCron(random: Random): string {
  if (random() < 0.02) return pick(random, MACROS);
  const minute = { min: 0, max: 59, star: 0.15, edges: [0, 1, 30, 59], steps: [2, 5, 7, 10, 15, 20, 30, 45] };
  const hour = { min: 0, max: 23, star: 0.35, edges: [0, 1, 2, 3, 23], steps: [2, 3, 4, 5, 6, 8, 12] };
  const date = { min: 1, max: 31, star: 0.5, edges: [1, 28, 29, 30, 31], steps: [2, 3, 7, 10, 15, 30] };
  const month = { min: 1, max: 12, names: MONTHS, star: 0.7, edges: [2, 3, 4, 10], steps: [2, 3, 4, 6] };
  const day = { min: 0, max: 7, names: DAYS, star: 0.5, edges: [0, 7], steps: [2, 3, 6, 7] };
  return [minute, hour, date, month, day].map((shape) => randomField(random, shape)).join(' ');
}

function randomField(random: Random, shape: Shape): string {
  if (random() < shape.star) return random() < 0.65 ? '*' : `*/${pick(random, shape.steps)}`;
  const count = random() < 0.6 ? 1 : 2 + Math.floor(random() * 4);
  return Array.from({ length: count }, () => randomPiece(random, shape)).join(',');
}

function randomPiece(random: Random, shape: Shape): string {
  // The first and last values meet the ends of months and most clock changes, so they come more often.
  const low =
    random() < 0.25 ? pick(random, shape.edges) : shape.min + Math.floor(random() * (shape.max - shape.min + 1));
  const high = low + Math.floor(random() * (shape.max - low + 1));
  const kind = random();
  if (kind < 0.5) return write(random, shape, low);
  const step = random() < 0.4 ? `/${pick(random, shape.steps)}` : '';
  if (kind < 0.9) return `${write(random, shape, low)}-${write(random, shape, high)}${step}`;
  return `${write(random, shape, low)}/${pick(random, shape.steps)}`;
}

function write(random: Random, shape: Shape, value: number): string {
  const name = shape.names?.[(value - shape.min) % shape.names.length];
  return name !== undefined && random() < 0.5 ? name : String(value);
}
