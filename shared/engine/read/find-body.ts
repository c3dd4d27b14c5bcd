import { EngineError } from '../../domain/errors.ts';
import { readUid } from '../../domain/ids.ts';
import { buildBody } from '../callbacks/build-body.ts';
import { findCallback } from './find-callback.ts';
import type { ReadPorts } from './read-ports.ts';

/**
 * The body of a workspace's callback, as its receiver gets it, and the id that it is signed under. Throws NOT_FOUND
 * where there is no such callback, or where what its body is built from is gone.
 */
export async function findBody(
  ports: ReadPorts,
  workspaceUid: string,
  uid: string,
): Promise<{ readonly refUid: string; readonly text: string }> {
  const { record, run } = await findCallback(ports, workspaceUid, uid);
  const { refUid } = record;
  const about = readUid(refUid);
  const text = about === null ? null : await buildBody(ports, { about, record, definition: run?.definition ?? null });
  if (text !== null) return { refUid, text };
  const message = `The body of the callback ${uid} cannot be read any more: what it is built from has expired.`;
  throw new EngineError('NOT_FOUND', message);
}
