import type * as z from 'zod';
import type { Bulk } from '../../domain/bulk.ts';
import { instantOf, instantOrNull } from '../runs/view.ts';
import type { bulk as bulkSchema } from './schemas.ts';

/** A bulk as the API shows it. `asked`: its filter as its caller wrote it. */
export function bulkView(
  bulk: Bulk & { readonly asked: Readonly<Record<string, unknown>> },
): z.output<typeof bulkSchema> {
  return {
    uid: bulk.uid,
    action: bulk.action,
    filter: { ...bulk.asked },
    dry_run: bulk.dryRun,
    status: bulk.status,
    matched: bulk.isCounted ? bulk.matched : null,
    done: bulk.done,
    failed: bulk.failed,
    failures: bulk.failures.map(({ runUid, label, message }) => ({ run_uid: runUid, error_label: label, message })),
    workspace_uid: bulk.workspaceUid,
    created_at: instantOf(bulk.createdAt),
    updated_at: instantOf(bulk.updatedAt),
    finished_at: instantOrNull(bulk.finishedAt),
  };
}
