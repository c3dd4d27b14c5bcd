import type { Step } from './api-call.ts';
import { chooseMediaType, JSON_TYPE } from './media-type.ts';

/** Chooses the media type of the answer by the caller's Accept from those the route offers. Throws NOT_ACCEPTABLE. */
export function checkAccept(): Step<'request' | 'route', 'mediaType'> {
  return {
    before: ({ event: call }) => {
      const offered = [JSON_TYPE, ...(call.route.success.exports ?? [])];
      call.mediaType = chooseMediaType(call.request.headers['accept'], offered);
    },
  };
}
