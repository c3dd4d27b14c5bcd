import type { CallbackRecord } from '../../../shared/client/trireme.ts';

/** A receiver that callbacks wait for. */
export interface WaitingReceiver {
  /** Without the query, as the engine tells receivers apart. */
  readonly url: string;
  /** How many callbacks wait for it. */
  readonly waiting: number;
  /** One of them that has an answer, else any. */
  readonly example: CallbackRecord;
  /** When the next attempt is due; null: when it accepts another one. */
  readonly nextAt: string | null;
}

/** The receivers of callbacks that wait because something went wrong, those with the most first. */
export function waitingReceivers(records: readonly CallbackRecord[]): readonly WaitingReceiver[] {
  const found = new Map<string, WaitingReceiver>();
  for (const record of records) {
    if (record.status !== 'PENDING' || (record.error === null && record.status_reason === null)) continue;
    const [url = ''] = record.callback_url.split('?', 1);
    const before = found.get(url);
    const { next_attempt_at: at } = record;
    const nextAt = at === null ? (before?.nextAt ?? null) : earlier(before?.nextAt ?? at, at);
    const example =
      before === undefined || (before.example.error === null && record.error !== null) ? record : before.example;
    found.set(url, { url, waiting: (before?.waiting ?? 0) + 1, example, nextAt });
  }
  return [...found.values()].toSorted((one, other) => other.waiting - one.waiting);
}

function earlier(one: string, other: string): string {
  return Date.parse(one) < Date.parse(other) ? one : other;
}
