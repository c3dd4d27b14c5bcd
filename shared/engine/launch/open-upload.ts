import { type Upload, UPLOAD_PUT_MS } from '../../domain/upload.ts';
import type { Ports } from '../ports.ts';
import type { UploadStore, UploadTickets } from './upload-ports.ts';

/** What opening an upload takes. */
export type OpenUploadPorts = Pick<Ports, 'clock' | 'chance'> & {
  readonly uploads: Pick<UploadStore, 'createUpload'> & UploadTickets;
};

/** An upload that waits for its PUT. */
export interface OpenUpload {
  readonly uid: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Until then the PUT may begin, epoch ms. */
  readonly expiresAt: number;
}

/** Opens an upload: a place in the bucket that is good for one PUT within the hour. */
export async function openUpload(ports: OpenUploadPorts, workspaceUid: string): Promise<OpenUpload> {
  const upload: Upload = { uid: ports.chance.uuid(), workspaceUid, createdAt: ports.clock.now(), usedBy: null };
  await ports.uploads.createUpload(upload);
  const { url, headers } = await ports.uploads.writeTicket(upload, UPLOAD_PUT_MS / 1_000);
  return { uid: upload.uid, url, headers, expiresAt: upload.createdAt + UPLOAD_PUT_MS };
}
