import { callbackBody } from '../callbacks/schemas.ts';
import type { Components, Json } from './components.ts';
import { notificationBody } from '../notifications/schemas.ts';
import { CALLBACK_EXAMPLES } from './callback-examples.ts';
import { NOTIFICATION_EXAMPLES } from './notification-examples.ts';

const HEADERS = {
  'webhook-id': 'The `callback_ref_uid` of the body. Deduplicate by it',
  'webhook-timestamp': 'The time of this attempt, in seconds since 1970',
  'webhook-signature':
    '`v1,` and a base64 HMAC-SHA256 of id, timestamp and body. There are two, with a space between, while a secret is rotated',
  'user-agent': 'The release and address of this deployment, unless the given `headers` have another',
} as const;

/** Where the URL of a callback is, in the body of the launch (OpenAPI, "Runtime Expressions"). */
const URL_IN_LAUNCH = '{$request.body#/callback/url}';
/** And in the body that sets notifications. */
const URL_IN_SETTING = '{$request.body#/url}';

/**
 * The callbacks of a launch. They are written out for each: some generators take no reference to a component here, and
 * an operationId names one operation.
 */
export function describeCallbacks(launch: string, components: Components): Json {
  const post = describeDelivery({
    operationId: `${launch}Callback`,
    summary: 'Receive a page of results, a failed input or the end of a run',
    sentTo: '`callback.url` of the launch',
    content: { schema: components.answer(callbackBody), examples: CALLBACK_EXAMPLES },
  });
  return { runEvent: { [URL_IN_LAUNCH]: { post } } };
}

/** The notifications that follow from a setting. */
export function describeNotifications(operation: string, components: Components): Json {
  const post = describeDelivery({
    operationId: `${operation}Callback`,
    summary: 'Receive a notification',
    sentTo: '`url` of the setting, as it is at each attempt',
    content: { schema: components.answer(notificationBody), examples: NOTIFICATION_EXAMPLES },
  });
  return { notification: { [URL_IN_SETTING]: { post } } };
}

/** What a receiver gets and what its answer means (https://www.standardwebhooks.com). */
function describeDelivery({
  operationId,
  summary,
  sentTo,
  content,
}: {
  readonly operationId: string;
  readonly summary: string;
  readonly sentTo: string;
  readonly content: Json;
}): Json {
  return {
    operationId,
    summary,
    description:
      `Sent to ${sentTo}. An attempt that is not answered with a 2xx status within 15 seconds is ` +
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
      content: { 'application/json': content },
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
