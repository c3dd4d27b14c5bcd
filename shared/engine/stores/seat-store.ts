import type { Seats } from '../../domain/seats.ts';

/** The seats of slow work, one record per kind of worker. */
export interface SeatStore {
  /**
   * Calls `decide` with the seats of a kind of worker and stores its result, on condition that they have not changed
   * meanwhile; else it decides again. Null: there were too many conflicts.
   */
  changeSeats<Answer>(
    pool: SeatPool,
    decide: (stored: Seats) => { readonly seats: Seats; readonly answer: Answer },
  ): Promise<Answer | null>;
}

/** The kinds of workers that have seats. */
export type SeatPool = 'page' | 'callback';
