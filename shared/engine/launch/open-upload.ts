import { UPLOAD_LAUNCH_MS, UPLOAD_PUT_MS } from '../../domain/timing.ts';
import { quotaReached } from '../../domain/quota.ts';
import { type Upload, type UploadEncoding } from '../../domain/upload.ts';
import type { NotePorts } from '../notifications/notify.ts';
import type { Ports } from '../ports.ts';
import { notifyOfQuota } from '../quotas.ts';
import type { UploadStore, UploadTickets } from './upload-ports.ts';

/** The ports of opening an upload. */
export type OpenUploadPorts = Omit<NotePorts, 'settings'> & {
  readonly random: Ports['random'];
  readonly settings: Pick<Ports['settings'], 'uploadsOpen' | 'retentionDays'>;
  readonly quotas: Pick<Ports['quotas'], 'readQuotas'>;
  readonly uploads: Pick<UploadStore, 'createUpload' | 'takePlace'> & UploadTickets;
};

/** What a caller says about the file in advance. */
export interface UploadPlan {
  /** Bytes of the file; null: not known. */
  readonly contentLength: number | null;
  /** Null: not compressed. */
  readonly encoding: UploadEncoding | null;
}

const NOTHING_SAID: UploadPlan = { contentLength: null, encoding: null };

/** An upload that waits for its PUT. */
export interface OpenUpload {
  readonly uid: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The PUT must begin before this time, epoch ms. */
  readonly expiresAt: number;
}

/**
 * Opens an upload: a URL in the bucket for one PUT within an hour. Throws LIMIT_REACHED where the workspace has as many
 * uploads waiting for a launch as it may. A launch frees a place, and so does an upload's end after a day.
 */
export async function openUpload(
  ports: OpenUploadPorts,
  workspaceUid: string,
  { contentLength, encoding }: UploadPlan = NOTHING_SAID,
): Promise<OpenUpload> {
  const about = { uid: ports.random.uuid(), workspaceUid, createdAt: ports.clock.now(), usedBy: null };
  const upload: Upload = encoding === null ? about : { ...about, encoding };
  const limit = (await ports.quotas.readQuotas(workspaceUid)).uploadsOpen ?? ports.settings.uploadsOpen;
  const place = await ports.uploads.takePlace(upload, limit, upload.createdAt + UPLOAD_LAUNCH_MS);
  if (!place.taken) {
    const reached = { name: 'uploads_open', limit, resetsAt: place.freeAt } as const;
    await notifyOfQuota(ports, workspaceUid, reached);
    throw quotaReached(reached);
  }
  await ports.uploads.createUpload(upload);
  const { url, headers } = await ports.uploads.writeTicket(upload, UPLOAD_PUT_MS / 1_000, contentLength);
  return { uid: upload.uid, url, headers, expiresAt: upload.createdAt + UPLOAD_PUT_MS };
}
