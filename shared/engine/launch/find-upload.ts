import { expiryAfter } from '../../domain/expiry.ts';
import { UPLOAD_CLAIM_LEASE_MS, LONGEST_POSTPONE_DAYS, LONGEST_LIFE_DAYS } from '../../domain/timing.ts';
import { EngineError } from '../../domain/errors.ts';
import { LIMITS } from '../../domain/limits.ts';
import type { Upload, UploadRef } from '../../domain/upload.ts';
import type { CorePorts } from '../ports.ts';
import type { UploadObjects, UploadStore } from './upload-ports.ts';

/** The ports of launching with an upload. */
export interface UploadLaunchPorts {
  readonly clock: CorePorts['clock'];
  readonly runs: Pick<CorePorts['runs'], 'readOrDeleted'>;
  readonly uploads: Pick<UploadStore, 'readUpload' | 'claimUpload' | 'freePlace'> &
    Pick<UploadObjects, 'findObject' | 'keepObject'>;
  readonly settings: Pick<CorePorts['settings'], 'retentionDays'>;
}

/** An upload that can be launched, with the reference to its object. */
export interface FoundUpload {
  readonly upload: Upload;
  readonly ref: UploadRef;
}

/**
 * Finds an upload for a launch. Throws NOT_FOUND for one that the workspace does not have, INVALID_STATE where nothing
 * was put yet or a run uses it, PAYLOAD_TOO_LARGE. The size is checked here, because S3 limits a presigned PUT only
 * where its length was given.
 */
export async function findUpload(ports: UploadLaunchPorts, workspaceUid: string, uid: string): Promise<FoundUpload> {
  const upload = await ports.uploads.readUpload(workspaceUid, uid);
  if (upload === null) {
    throw new EngineError('NOT_FOUND', `inputs_upload_uid: the upload ${uid} does not exist or has expired.`);
  }
  // A claim without a run is checked when the upload is claimed: it may be this launch's own.
  if (upload.usedBy !== null && (await ports.runs.readOrDeleted(upload.usedBy.runUid)) !== null) throw used(upload);
  const found = await ports.uploads.findObject(upload);
  if (found === null) {
    const message = `The upload ${uid} has no file yet: PUT the file to its url first, with its headers.`;
    throw new EngineError('INVALID_STATE', message, { params: { status: 'WAITING_FOR_PUT' } });
  }
  if (found.bytes > LIMITS.uploadBytes) {
    const message = `The upload ${uid} has ${found.bytes} bytes, over the limit of ${LIMITS.uploadBytes}; split it into several uploads and runs.`;
    throw new EngineError('PAYLOAD_TOO_LARGE', message);
  }
  const { encoding } = upload;
  return { upload, ref: { uid, ...found, ...(encoding === undefined ? {} : { encoding }) } };
}

/**
 * Gives an upload to a run and keeps its object for as long as runs are kept. Idempotent for the same run. Throws
 * INVALID_STATE where another run has it.
 */
export async function claimUpload(
  ports: UploadLaunchPorts,
  { upload, ref }: FoundUpload,
  runUid: string,
): Promise<void> {
  const at = ports.clock.now();
  const expiresAt = expiryAfter(at, LONGEST_POSTPONE_DAYS + LONGEST_LIFE_DAYS + ports.settings.retentionDays);
  const { usedBy } = upload;
  const instead = usedBy !== null && usedBy.at + UPLOAD_CLAIM_LEASE_MS <= at ? usedBy.runUid : null;
  if (!(await ports.uploads.claimUpload(upload, { runUid, at, expiresAt, instead }))) throw used(upload);
  await ports.uploads.keepObject(upload.workspaceUid, ref);
  await ports.uploads.freePlace(upload);
}

function used({ uid, usedBy }: Upload): EngineError {
  const by = usedBy === null ? 'another launch' : `run ${usedBy.runUid}`;
  const message = `The upload ${uid} was used by ${by}, and an upload can be used only once. Upload the file again for another run.`;
  return new EngineError('INVALID_STATE', message, {
    params: { status: 'USED', ...(usedBy === null ? {} : { run_uid: usedBy.runUid }) },
  });
}
