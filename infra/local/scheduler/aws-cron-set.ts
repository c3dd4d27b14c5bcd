/** What a field of numbers accepts; `names[i]` stands for `min + i`. */
export interface SetSpec {
  readonly field: string;
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

/** Reads `, - * /` of one field into its sorted values. A range may wrap: AWS documents `20-2` for hours. */
export function readSet(text: string, spec: SetSpec): readonly number[] {
  const chosen = new Set<number>();
  for (const piece of text.split(',')) for (const value of readPiece(piece, spec)) chosen.add(value);
  return [...chosen].sort((a, b) => a - b);
}

/** Reads one number or name. */
export function readNumber(text: string, spec: SetSpec): number {
  const named = spec.names.indexOf(text);
  if (named !== -1) return spec.min + named;
  const value = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= spec.min && value <= spec.max)) {
    throw new RangeError(`${spec.field}: "${text}" is not a value from ${spec.min} to ${spec.max}`);
  }
  return value;
}

function readPiece(piece: string, spec: SetSpec): readonly number[] {
  const slash = piece.indexOf('/');
  if (slash === -1) return readSpan(piece, spec, false);
  const step = piece.slice(slash + 1);
  if (!/^[1-9]\d{0,3}$/.test(step)) throw new RangeError(`${spec.field}: "${piece}" has no usable increment`);
  return readSpan(piece.slice(0, slash), spec, true).filter((_, index) => index % Number(step) === 0);
}

/** The values of `*`, `a`, `a-b` in their order; before an increment, `a` means from a to the field's end. */
function readSpan(text: string, spec: SetSpec, isStepped: boolean): readonly number[] {
  if (text === '*') return upTo(spec.min, spec.max);
  const dash = text.indexOf('-');
  if (dash === -1) {
    const value = readNumber(text, spec);
    return isStepped ? upTo(value, spec.max) : [value];
  }
  const from = readNumber(text.slice(0, dash), spec);
  const to = readNumber(text.slice(dash + 1), spec);
  return from <= to ? upTo(from, to) : [...upTo(from, spec.max), ...upTo(spec.min, to)];
}

function upTo(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
