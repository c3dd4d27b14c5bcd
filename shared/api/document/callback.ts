import { callbackBody } from '../callbacks/schemas.ts';
import type { Components, Json } from './components.ts';
import { CALLBACK_EXAMPLES } from './callback-examples.ts';

const HEADERS = {
  'webhook-id': 'The `callback_ref_uid` of the body. Deduplicate by it',
  'webhook-timestamp': 'The time of this attempt, in seconds since 1970',
  'webhook-signature':
    '`v1,` and a base64 HMAC-SHA256 of id, timestamp and body. There are two, with a space between, while a secret is rotated',
  'user-agent': 'The release and address of this deployment, unless `callback.headers` of the launch has another',
} as const;

/** Where the URL of a callback is, in the body of the launch (OpenAPI, "Runtime Expressions"). */
const URL_IN_LAUNCH = '{$request.body#/callback/url}';

/**
 * The callbacks of a launch. They are written out for each: some generators take no reference to a component here, and
 * an operationId names one operation.
 */
export function describeCallbacks(launch: string, components: Components): Json {
  return { runEvent: { [URL_IN_LAUNCH]: { post: describeCallback(`${launch}Callback`, components) } } };
}

/** What a receiver gets and what its answer means (https://www.standardwebhooks.com). */
function describeCallback(operationId: string, components: Components): Json {
  return {
    operationId,
    summary: 'Receive a page of results, a failed input or the end of a run',
    description:
      'Sent to `callback.url` of the launch. An attempt that is not answered with a 2xx status within 15 seconds is ' +
      'repeated for up to three days.',
    security: [],
    parameters: Object.entries(HEADERS).map(([name, description]) => ({
      name,
      in: 'header',
      required: true,
      description,
      schema: { type: 'string' },
    })),
    requestBody: {
      required: true,
      content: { 'application/json': { schema: components.answer(callbackBody), examples: CALLBACK_EXAMPLES } },
    },
    responses: {
      '2XX': { description: 'Received.' },
      '410': { description: 'Gone: the callback is not sent again.' },
      default: {
        description:
          'Failed, redirects included: the callback is sent again later. `Retry-After` of 429 and 503 is honoured.',
      },
    },
  };
}
