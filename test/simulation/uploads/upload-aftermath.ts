import type { StatusWatch } from '../status-watch.ts';
import { workspaceUid } from '../callers.ts';
import type { Records } from '../records.ts';
import type { RunTruth } from '../run-truth.ts';
import type { Truth } from '../truth.ts';
import type { UploadLaunchTruth, UploadTruth } from './upload-truth.ts';

/** What the uploads of a history left behind. */
export interface UploadAftermath {
  readonly uploads: readonly UploadTruth[];
  /** Async runs with what really became of their inputs. */
  readonly runs: readonly RunTruth[];
  readonly records: Records;
  readonly truth: Truth;
  readonly watch: StatusWatch;
  readonly isCalm: boolean;
  /** A launch may come to its last write a minute after its claim, or by a clock that is wrong by as much. */
  readonly isClaimLate: boolean;
}

export interface UploadCheck {
  readonly name: string;
  readonly proves: string;
  readonly check: (aftermath: UploadAftermath) => readonly string[];
}

/** Runs over an upload, by the names its launches gave them. */
export function runsOf(
  { runs }: Pick<UploadAftermath, 'runs'>,
  { workspace, launches }: UploadTruth,
): readonly { readonly run: RunTruth; readonly launch: UploadLaunchTruth }[] {
  return runs.flatMap((run) => {
    const launch = launches.find(({ name }) => name === run.definition.name);
    const isOwn = run.definition.workspaceUid === workspaceUid(workspace);
    return launch === undefined || !isOwn ? [] : [{ run, launch }];
  });
}
