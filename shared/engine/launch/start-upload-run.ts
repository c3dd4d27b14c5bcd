import type { RunControl, RunDefinition } from '../../domain/run.ts';
import { claimUpload, findUpload, type UploadLaunchPorts } from './find-upload.ts';
import type { Launch } from './check-launch.ts';
import { type LaunchPorts, startRun } from './start-run.ts';

/**
 * Accepts a run over the lines of an upload. The upload is claimed for the run before the run is written. Throws like
 * startRun, and NOT_FOUND, INVALID_STATE, PAYLOAD_TOO_LARGE for the upload.
 */
export async function startUploadRun(
  ports: LaunchPorts & UploadLaunchPorts,
  launch: Launch,
  uploadUid: string,
  newUid: () => Promise<string>,
): Promise<{ readonly control: RunControl; readonly definition: RunDefinition }> {
  const found = await findUpload(ports, launch.workspaceUid, uploadUid);
  return startRun(ports, { ...launch, upload: found.ref }, async () => {
    const uid = await newUid();
    await claimUpload(ports, found, uid);
    return uid;
  });
}
