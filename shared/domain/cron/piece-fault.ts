import type { FieldSpec } from './cron-expression.ts';

/**
 * Why a piece of a field's list is not valid in this dialect, or null. It is stricter than cron-parser, which accepts
 * `L`, `H`, `?`, `001` and a step beyond the field, and whose errors name neither the field nor what is allowed there.
 */
export function pieceFault(spec: FieldSpec, piece: string): string | null {
  if (piece === '') return 'a value is missing between commas';
  const [span = '', step, ...moreSteps] = piece.split('/');
  if (moreSteps.length > 0) return 'a value can have only one step';
  const fault = span === '*' ? null : spanFault(spec, span);
  return fault ?? (step === undefined ? null : stepFault(spec, step));
}

function spanFault(spec: FieldSpec, span: string): string | null {
  const ends = span.split('-');
  if (ends.length > 2) return 'a range has two values with one "-" between';
  for (const end of ends) {
    const fault = valueFault(spec, end);
    if (fault !== null) return fault;
  }
  const [from = 0, to = from] = ends.map((end) => numberOf(spec, end));
  return from > to ? 'a range must not run backwards; use two ranges' : null;
}

function valueFault(spec: FieldSpec, text: string): string | null {
  if (isNumber(text)) {
    const value = Number(text);
    return value < spec.min || value > spec.top ? `${value} is out of range` : null;
  }
  if (spec.names.includes(text.toUpperCase())) return null;
  if (/[#?]|^L|\d[LW]$/i.test(text)) return 'L, W, # and ? are not supported';
  return text === '' ? 'a value is missing' : `${quote(text)} is not a value of this field`;
}

function stepFault(spec: FieldSpec, text: string): string | null {
  const step = isNumber(text) ? Number(text) : 0;
  return step < 1 || step > spec.top ? `a step must be a number from 1 to ${spec.top}` : null;
}

function numberOf(spec: FieldSpec, value: string): number {
  return isNumber(value) ? Number(value) : spec.min + spec.names.indexOf(value.toUpperCase());
}

function isNumber(text: string): boolean {
  return /^\d{1,2}$/.test(text);
}

/** A caller's text in quotes, cut to 24 characters. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 24 ? `${text.slice(0, 24)}…` : text);
}
