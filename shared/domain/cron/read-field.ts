import { CronExpressionParser } from 'cron-parser';
import { CronError } from './cron-error.ts';
import { FIELD_SPECS } from './cron-expression.ts';
import type { CronExpression, CronField, FieldSpec } from './cron-expression.ts';
import { pieceFault, quote } from './piece-fault.ts';

/** The other fields of the expression that is given to cron-parser to read one piece. */
const AROUND: Readonly<Record<keyof CronExpression, string>> = {
  minute: '0',
  hour: '0',
  dayOfMonth: '1',
  month: '1',
  dayOfWeek: '0',
};

/**
 * Fixed options: cron-parser computes a date and a random number for every expression, which do not affect the fields.
 */
const PURE = { currentDate: 0, tz: 'UTC', hashSeed: 'none' };

/**
 * Reads one field: a list of `*`, values and ranges, each with an optional step. cron-parser reads each piece
 * separately, because it refuses a list in which two pieces name the same value. Throws CronError that names the piece.
 */
export function readField(name: keyof CronExpression, text: string): CronField {
  const spec = FIELD_SPECS[name];
  const seen = new Set<number>();
  for (const written of text.split(',')) {
    const piece = name === 'dayOfWeek' ? endOnSunday(written) : written;
    const fault = pieceFault(spec, piece);
    if (fault !== null) throw refuse(spec, written, fault);
    for (const value of valuesOf(name, piece)) seen.add(value);
  }
  return { values: [...seen].sort((a, b) => a - b), startsWithStar: text.startsWith('*') };
}

function valuesOf(name: keyof CronExpression, piece: string): readonly number[] {
  const expression = Object.values({ ...AROUND, [name]: piece }).join(' ');
  const values = CronExpressionParser.parse(expression, PURE).fields[name].values.map(Number);
  // 7 also means Sunday; the result uses 0.
  return name === 'dayOfWeek' ? values.map((value) => value % 7) : values;
}

/** Writes Sunday at the end of a range of weekdays as 7: `FRI-SUN` and `5-0` become `FRI-7` and `5-7`. */
function endOnSunday(piece: string): string {
  return piece.replace(/-(?:00?|SUN)(?=\/|$)/i, '-7');
}

function refuse(spec: FieldSpec, piece: string, reason: string): CronError {
  const names = spec.names.length > 0 ? ` or ${spec.names[0]}–${spec.names.at(-1)}` : '';
  const allowed = `allowed: ${spec.min}–${spec.top}${names}, *, lists "a,b", ranges "a-b", steps "/n"`;
  return new CronError(spec.name, `${quote(piece)} is not valid: ${reason}; ${allowed}`);
}
