import type { Step } from './api-call.ts';
import { chooseMediaType, JSON_TYPE } from './media-type.ts';

/** Chooses what to answer with, by the caller's Accept, of what the route offers. NOT_ACCEPTABLE where nothing fits. */
export function checkAccept(): Step<'request' | 'route', 'mediaType'> {
  return {
    before: ({ event: call }) => {
      const offered = [JSON_TYPE, ...(call.route.success.exports ?? [])];
      call.mediaType = chooseMediaType(call.request.headers['accept'], offered);
    },
  };
}
