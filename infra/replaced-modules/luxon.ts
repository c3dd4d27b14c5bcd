/**
 * Stands for luxon where cron-parser asks for it, in every bundle: 70 KB and several milliseconds of a cold start.
 * cron-parser makes one date for each expression it reads, at the epoch and in UTC as `readField` asks it to, and needs
 * luxon for nothing else until it is asked for fires, which the engine never does: the clock rules are its own.
 */
export class DateTime {
  readonly isValid = true;
  readonly zoneName = 'UTC';

  static fromMillis(ms: number, { zone }: { readonly zone?: string }): DateTime {
    return ms === 0 && zone === 'UTC' ? new DateTime() : leftOut();
  }

  static local = leftOut;
  static fromJSDate = leftOut;
  static fromISO = leftOut;

  plus = leftOut;
  minus = leftOut;
  toMillis = leftOut;
}

function leftOut(): never {
  throw new Error(
    'cron-parser counts no times in the bundles of functions: luxon is left out of it (infra/replaced-modules/luxon.ts). An action that needs it takes withoutLuxon out of infra/bundle.ts.',
  );
}
