import { callbackDelayMs } from '../../../domain/retry.ts';
import { CALLBACK_EXAMPLES } from '../../document/callback-examples.ts';
import { literal } from '../literal.ts';
import { fence } from '../samples.ts';
import type { GuideFacts } from './guide-facts.ts';

export function guideToCallbacks({ url }: GuideFacts): string {
  return `Give a launch a \`callback\`, and each page of results is posted to your URL as soon as it is there:

\`\`\`sh
curl "${url}/v1/actions/search-cities/run/async" -H "X-API-Key: $KEY" \\
  -H 'Content-Type: application/json' \\
  -d '{"inputs":[{"country":"LU"}],"callback":{"url":"https://hooks.example.com/trireme"}}'
\`\`\`

| \`type\` | when | what it has |
|---|---|---|
| \`run.page\` | a page was recorded | \`input\`, \`custom_data\`, \`page\` (counted from 0), \`results\`, \`is_last_page\` |
| \`run.input_failed\` | an input failed | \`input\`, \`custom_data\`, \`error\` |
| \`run.finished\` | the run ended | \`run.status\`, \`manifest\` |

With \`"on": "final"\` only \`run.finished\` is sent. This is one:

${fence('json', literal(CALLBACK_EXAMPLES['run.finished'].value, 'json'))}

### Four rules for a receiver

1. **Verify the signature** over the raw body, before you parse it.
2. **Drop repeats** by \`callback_ref_uid\`: a callback may come twice, and its id and bytes stay the same.
3. **Store it, then answer 2xx at once.** An attempt waits 15 seconds.
4. **Count at the end.** You have everything when you hold \`manifest.callbacks\` different ids of the run. No order is promised: \`run.finished\` may come before the last pages.

### Verify

Callbacks are signed by the [Standard Webhooks](https://www.standardwebhooks.com) specification, so its libraries work. The secrets are at \`GET /v1/signing-secret\`; while one is replaced there are two, and each callback has both signatures.

\`\`\`ts
import { createServer } from 'node:http';
import { createWebhookHandler } from 'trireme/webhook';

const seen = new Set<string>(); // a table of yours, in earnest
const handler = createWebhookHandler({
  secrets: [process.env['SIGNING_SECRET']],
  seen,
  on: {
    'run.page': ({ results }) => console.log(results.length, 'results'),
    'run.finished': ({ run, manifest }) => console.log(run.status, manifest),
  },
});
createServer(handler.toNode()).listen(8080);
\`\`\`

\`\`\`py
import base64
import hashlib
import hmac
import time


def is_genuine(secret, headers, body):
    """Whether the raw bytes of a body are signed with the secret (whsec_…), within five minutes."""
    sent_at = headers["webhook-timestamp"]
    if abs(time.time() - int(sent_at)) > 300:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{sent_at}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(one, expected) for one in headers["webhook-signature"].split(" "))
\`\`\`

### When a receiver fails

Everything but 2xx is a failure, redirects too; 410 ends the attempts. They are made again after ${delays()}, each ±20 %. Then the callback is FAILED, and can be replayed:

- \`GET /v1/runs/callbacks\` with \`?status=FAILED\` lists them; \`GET /v1/runs/callbacks/{callback_uid}/attempts\` has what your receiver answered.
- \`POST /v1/runs/callbacks/{callback_uid}/replay\` sends one again, \`POST /v1/runs/{run_uid}/callbacks/replay\` all of a run.
- \`POST /v1/callbacks/test\` sends one signed example to a URL, and shows the answer.
- \`PUT /v1/notifications\` has a URL of yours told, by the same signed delivery, of failed runs, missed times of schedules and receivers that are away.`;
}

/** The times between attempts, without their jitter. */
function delays(): string {
  const texts: string[] = [];
  for (let made = 1; ; made += 1) {
    const delay = callbackDelayMs(made, 0.5);
    if (delay === null) break;
    texts.push(duration(delay / 1_000));
  }
  return `${texts.slice(0, -1).join(', ')} and ${texts.at(-1) ?? ''}`;
}

function duration(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  return seconds < 3_600 ? `${seconds / 60} min` : `${seconds / 3_600} h`;
}
