import { EngineError, toErrorRecord } from '../../../domain/errors.ts';
import { describeGateway } from '../../document/errors.ts';
import { drawErrors, drawLimits, drawRates, drawReasons } from '../fact-tables.ts';
import { literal } from '../literal.ts';
import { fence } from '../samples.ts';
import type { GuideFacts } from './guide-facts.ts';

const EXAMPLE = toErrorRecord(
  new EngineError(
    'BAD_INPUT',
    '1 of 2 inputs is invalid. First: inputs[1].country: must be an ISO 3166 alpha-2 code in capitals, such as FR',
    {
      params: { invalid_inputs: 1 },
      validationErrors: [
        { path: 'inputs[1].country', message: 'must be an ISO 3166 alpha-2 code in capitals, such as FR' },
      ],
    },
  ),
  '44b8f4bc-5264-4275-877d-b639ddb6bbfe',
);

export function guideToErrors({ url, rateLimits }: GuideFacts): string {
  return `Every error has one form, in answers, as \`last_error\` of runs and inputs, and as \`error\` of callbacks. Compare \`error_label\`, never \`message\`; \`retryable\` says whether the same call may succeed later.

\`\`\`sh
curl "${url}/v1/actions/search-cities/run/async" -H "X-API-Key: $KEY" \\
  -H 'Content-Type: application/json' -d '{"inputs":[{"country":"MT"},{"country":"malta"}]}'
\`\`\`

${fence('json', literal(EXAMPLE, 'json'))}

### All errors

${drawErrors()}

${describeGateway()}

### Send a call twice

A launch, live call, trigger, retry, replay, bulk or rotation with the header \`Idempotency-Key\` is done once, however often it is sent within 24 hours; the answer stays the same. So after a timeout send it again with the same key.

### Rate limits

They are per workspace. Each kind of call has a bucket that holds *burst* calls and gets *per second* calls back. Answers carry \`X-RateLimit-Type\`, \`-Limit\`, \`-Remaining\` and \`-Reset\`; a call over the limit is a 429 \`LIMIT_REACHED\` with \`Retry-After\`. \`GET /v1/me\` has those of your workspace, and its quotas.

${drawRates(rateLimits)}

### Sizes and counts

${drawLimits()}

### Why a run waits

\`status_reason\` of a run has a \`code\`, the time \`since\` which it applies, and \`retry_at\`, when it is looked at again. Where a quota holds the run back, the code is \`RATE_LIMIT\`, and \`params\` has \`quota\`, \`limit\` and \`resets_at\`.

${drawReasons()}`;
}
