import type { GuideFacts } from './guide-facts.ts';

export function guideToStart({ url }: GuideFacts): string {
  return `An *action* takes an input and gives results, page by page. Call it **live** for one page in the answer, **async** for many inputs in the background, or by a **schedule**.

Every call carries an API key in the header \`X-API-Key\`. The owner of this deployment gives you the first one; \`POST /v1/keys\` makes more. Set it once:

\`\`\`sh
KEY=trk_…
curl "${url}/v1/me" -H "X-API-Key: $KEY"      # who am I: workspace, scopes, limits
curl "${url}/v1/actions" -H "X-API-Key: $KEY"  # what can run here
\`\`\`

Examples in TypeScript use the package \`trireme\`, which the owner of this deployment builds for its callers (\`npm run client\`); those in curl and Python need nothing else.

### One page, live

\`\`\`sh
curl "${url}/v1/actions/search-cities/run/live" -H "X-API-Key: $KEY" \\
  -H 'Content-Type: application/json' -d '{"input":{"country":"LU"}}'
\`\`\`

The answer is the list of results. The header \`X-Pagination-Next\` is the URL of the next page: send it the same body.

### Many inputs, async

\`\`\`sh
curl "${url}/v1/actions/search-cities/run/async" -H "X-API-Key: $KEY" \\
  -H 'Content-Type: application/json' -d '{"inputs":[{"country":"MT"},{"country":"LU","custom_data":{"row":2}}]}'
\`\`\`

The answer is a 202 with the run. Take its \`uid\` (\`run_uid\` has the same value), wait for its end, and read the results:

\`\`\`sh
RUN_UID=…
curl "${url}/v1/runs/$RUN_UID?wait=25" -H "X-API-Key: $KEY"
curl "${url}/v1/runs/$RUN_UID/outputs?envelope=true" -H "X-API-Key: $KEY"
curl "${url}/v1/runs/$RUN_UID/outputs" -H "X-API-Key: $KEY" -H 'Accept: text/csv'
\`\`\`

- \`custom_data\` comes back with the results of its input; the action does not see it.
- An input that fails does not stop the others: \`GET /v1/runs/{run_uid}/inputs\` with \`?status=FAILED\` says which and why, and \`POST /v1/runs/{run_uid}/retry\` runs those again.
- A run that does not move says why in \`status_reason\`.
- \`?dry_run=true\` on a launch says what it would do and cost, and does nothing.
- Lists give \`X-Pagination-Next\` until their last page.`;
}
