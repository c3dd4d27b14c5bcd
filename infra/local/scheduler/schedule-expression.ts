import { instantsOfLocal } from '../../../shared/domain/cron/zone-offsets.ts';
import { parseAwsCron } from './aws-cron.ts';
import { nextCronOccurrence } from './next-cron-occurrence.ts';

/** When a schedule occurs: `next` gives the first occurrence after an instant, null when there is none. */
export interface Occurrences {
  readonly kind: 'at' | 'rate' | 'cron';
  readonly next: (afterMs: number) => number | null;
}

const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/**
 * Reads `at(…)`, `rate(…)` or `cron(…)` in a zone. A rate counts from `originMs` (StartDate, else creation).
 * Throws a RangeError with the reason.
 */
export function readScheduleExpression(text: string, zone: string, originMs: number): Occurrences {
  const match = /^(at|rate|cron)\((.*)\)$/.exec(text);
  const body = match?.[2] ?? '';
  switch (match?.[1]) {
    case 'at':
      return readAt(body, zone);
    case 'rate':
      return readRate(body, originMs);
    case 'cron': {
      const cron = parseAwsCron(body);
      return { kind: 'cron', next: (afterMs) => nextCronOccurrence(cron, zone, afterMs) };
    }
    default:
      throw new RangeError('an expression is at(yyyy-mm-ddThh:mm:ss), rate(value unit) or cron(fields)');
  }
}

function readAt(body: string, zone: string): Occurrences {
  const localMs = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(body) ? Date.parse(`${body}Z`) : Number.NaN;
  // Date.parse rolls 30 February over; reading it back shows that.
  if (Number.isNaN(localMs) || new Date(localMs).toISOString().slice(0, 19) !== body) {
    throw new RangeError('at takes a real date as yyyy-mm-ddThh:mm:ss, without zone');
  }
  const [instant] = instantsOfLocal(zone, localMs);
  return { kind: 'at', next: (afterMs) => (instant !== undefined && instant > afterMs ? instant : null) };
}

function readRate(body: string, originMs: number): Occurrences {
  const match = /^([1-9]\d{0,8}) (minute|hour|day)s?$/.exec(body);
  if (match === null) throw new RangeError('rate takes a positive whole number and minutes, hours or days');
  // The pattern admits only these three words.
  const unit = match[2] as keyof typeof UNIT_MS;
  const everyMs = Number(match[1]) * UNIT_MS[unit];
  const next = (afterMs: number): number => {
    const passed = afterMs < originMs ? 0 : Math.floor((afterMs - originMs) / everyMs) + 1;
    return originMs + passed * everyMs;
  };
  return { kind: 'rate', next };
}
