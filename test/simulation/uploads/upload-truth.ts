import type { Answered } from '../answered.ts';
import type { GivenInput } from '../launch-body.ts';

/** A file as its caller wrote it. */
export interface UploadFile {
  readonly text: string;
  /** What its lines stand for, blank ones aside, in their order; null: one that is no input whatever the action. */
  readonly lines: readonly (GivenInput | null)[];
}

/** An upload and what was done with it. */
export interface UploadTruth {
  readonly workspace: number;
  readonly file: UploadFile;
  /** Null: its caller was not told. */
  uid: string | null;
  /** When the bucket took the file, epoch ms; null: it did not. */
  putAt: number | null;
  /** When its caller was told, epoch ms. */
  openedAt: number;
  /** What the bucket said to each PUT, and when. */
  readonly puts: { readonly status: number; readonly at: number }[];
  /** What the bucket said to whoever put another file. */
  readonly otherPuts: number[];
  readonly launches: UploadLaunchTruth[];
  readonly strangers: StrangerTruth[];
}

export interface UploadLaunchTruth {
  readonly name: string;
  readonly onInvalidInput: 'reject' | 'skip';
  /** Whether it was sent again, under one key, until it was told. */
  readonly hasKey: boolean;
  /** When it asked to start, epoch ms; null: at once. */
  readonly scheduleAt: number | null;
  /** The run it waits for until it has ended; null: none. */
  readonly dependsOn: string | null;
  readonly answers: (Answered & { readonly sentAt: number })[];
}

/** Another workspace asked for it, and for one that there is not. */
export interface StrangerTruth {
  readonly answer: Answered;
  readonly missing: Answered;
  readonly missingUid: string;
}

/** Whether no run over the file may begin. */
export function mustBeInvalid({ lines }: UploadFile, onInvalidInput: 'reject' | 'skip'): boolean {
  const bad = lines.filter(isBad).length;
  return bad === lines.length || (onInvalidInput === 'reject' && bad > 0);
}

export function isBad(line: GivenInput | null | undefined): boolean {
  return line === null || line === undefined || 'broken' in line;
}
