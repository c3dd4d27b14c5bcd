import type { Sign } from '../../shared/api/cursor.ts';
import { nextLiveUrl } from '../../shared/api/launches/live-cursor.ts';
import type { Clock } from '../../shared/engine/ports.ts';
import type { Run } from '../../shared/engine/read/read-ports.ts';
import type { HttpRequest } from '../http/http-request.ts';

/** URL of the next page of a live call that was handed over, or null. Its cursor expires 24 h after this answer. */
export function nextPageUrl(
  ports: { readonly clock: Pick<Clock, 'now'> },
  request: HttpRequest,
  { definition: { livePage, actionName } }: Pick<Run, 'definition'>,
  cursor: string | null,
  sign: Sign,
): string | null {
  if (livePage === null || cursor === null) return null;
  return nextLiveUrl(request.url.origin, actionName, livePage, cursor, ports.clock.now(), sign);
}
