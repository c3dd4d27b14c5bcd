/** A day of the strip, in the schedule's own zone. */
export interface StripDay {
  /** `2027-03-28`. */
  readonly date: string;
  readonly fires: number;
  /** The first times, `02:30`. */
  readonly times: readonly string[];
  /** What the clocks do on this day. */
  readonly notes: readonly string[];
}

const SHOWN_TIMES = 3;

/** Days from `from`, one after the other, each with its fires. Dates and times are local texts with an offset. */
export function daysOfFires(
  from: string,
  count: number,
  fires: readonly { readonly local: string }[],
  notes: readonly { readonly local: string; readonly note: string }[],
): readonly StripDay[] {
  return Array.from({ length: count }, (_, index) => {
    const date = dayAfter(from, index);
    const own = fires.filter(({ local }) => local.startsWith(date));
    return {
      date,
      fires: own.length,
      times: own.slice(0, SHOWN_TIMES).map(({ local }) => local.slice(11, 16)),
      notes: notes
        .filter(({ local }) => local.startsWith(date))
        .map(({ local, note }) => `${local.slice(11, 16)} ${note}`),
    };
  });
}

function dayAfter(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
