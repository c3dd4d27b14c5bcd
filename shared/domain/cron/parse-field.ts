import { CronError } from './cron-error.ts';
import { FIELD_SPECS } from './cron-expression.ts';
import type { CronField, FieldSpec } from './cron-expression.ts';

interface Span {
  readonly from: number;
  readonly to: number;
}

/** Reads one field: a list of `*`, values, ranges, each with an optional step. Throws CronError naming the piece. */
export function parseField(spec: FieldSpec, text: string): CronField {
  const seen = new Set<number>();
  for (const piece of text.split(',')) {
    for (const value of expandPiece(spec, piece)) {
      // 7 is Sunday's second number; inside it has only one.
      seen.add(isDayOfWeek(spec) ? value % 7 : value);
    }
  }
  return { values: [...seen].sort((a, b) => a - b), startsWithStar: text.startsWith('*') };
}

function expandPiece(spec: FieldSpec, piece: string): number[] {
  if (piece === '') throw refuse(spec, piece, 'a value is missing between commas');
  const [base = '', step, ...more] = piece.split('/');
  if (more.length > 0) throw refuse(spec, piece, 'a piece takes one step at most');
  const span = readSpan(spec, base, piece, step !== undefined);
  const by = step === undefined ? 1 : readStep(spec, step, piece);
  const values: number[] = [];
  for (let value = span.from; value <= span.to; value += by) values.push(value);
  return values;
}

function readSpan(spec: FieldSpec, base: string, piece: string, hasStep: boolean): Span {
  if (base === '*') return { from: spec.min, to: isDayOfWeek(spec) ? 6 : spec.top };
  const [first = '', last, ...more] = base.split('-');
  if (more.length > 0) throw refuse(spec, piece, 'a range is two values with one "-"');
  const from = readValue(spec, first, piece);
  // `a/n` runs from a to the field's end, as in the other dialects that know it.
  if (last === undefined) return { from, to: hasStep ? spec.top : from };
  const read = readValue(spec, last, piece);
  const to = isDayOfWeek(spec) && read === 0 ? 7 : read;
  if (from > to) throw refuse(spec, piece, 'a range must not run backwards; write it as two pieces');
  return { from, to };
}

function readValue(spec: FieldSpec, text: string, piece: string): number {
  if (/^\d{1,2}$/.test(text)) {
    const value = Number(text);
    if (value < spec.min || value > spec.top) throw refuse(spec, piece, `${value} is out of range`);
    return value;
  }
  const index = spec.names.indexOf(text.toUpperCase());
  if (index >= 0) return spec.min + index;
  if (/[#?]|^L|\d[LW]$/i.test(text)) throw refuse(spec, piece, 'L, W, # and ? are not part of this dialect');
  throw refuse(spec, piece, text === '' ? 'a value is missing' : `${quote(text)} is not a value of this field`);
}

function readStep(spec: FieldSpec, text: string, piece: string): number {
  const step = /^\d{1,2}$/.test(text) ? Number(text) : 0;
  if (step < 1 || step > spec.top) throw refuse(spec, piece, `a step is a number from 1 to ${spec.top}`);
  return step;
}

function refuse(spec: FieldSpec, piece: string, reason: string): CronError {
  const names = spec.names.length > 0 ? ` or ${spec.names[0]}–${spec.names.at(-1)}` : '';
  const allowed = `allowed: ${spec.min}–${spec.top}${names}, *, lists "a,b", ranges "a-b", steps "/n"`;
  return new CronError(spec.name, `${quote(piece)} is refused: ${reason}; ${allowed}`);
}

function isDayOfWeek(spec: FieldSpec): boolean {
  return spec.name === FIELD_SPECS.dayOfWeek.name;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 24 ? `${text.slice(0, 24)}…` : text);
}
