import { NOT_HERE } from '../../launches/schemas.ts';
import type { GuideFacts } from './guide-facts.ts';

/** What callers of Edges' API have to know; theirs as its documentation (docs.edges.run) had it in 2026. */
export function guideFromEdges({ url }: GuideFacts): string {
  const refused = Object.entries(NOT_HERE).map(([name, instead]) => `| \`${name}\` | refused: ${instead} |`);
  return `Paths, field names, modes and the header \`X-API-Key\` are those of Edges' API, so most of a caller stays. Change the address and the key:

\`\`\`sh
curl "${url}/v1/actions/search-cities/run/async" -H "X-API-Key: $KEY" -H 'Content-Type: application/json' \\
  -d '{"inputs":[{"country":"NL","custom_data":{"row":1}}],"parameters":{"max_results":100},"callback":{"url":"https://hooks.example.com/trireme"}}'
\`\`\`

| there | here |
|---|---|
${refused.join('\n')}
| unknown fields of a body | refused by name, with what is allowed |
| \`last_error.label\` | \`last_error.error_label\`; every error has the form of \`Error\` |
| \`user_uid\`, numeric \`id\` | left out: a run has its \`uid\` and \`workspace_uid\` |
| a run is BLOCKED when its input is bad | a bad input refuses the launch, or with \`"on_invalid_input":"skip"\` that input ends FAILED. BLOCKED is a run that waits for a slot or another run |
| an input for which nothing is found | live: 424 \`NO_RESULT\`; async: the input ends SUCCEEDED, and \`last_info\` says so |
| a run is complete with the callback whose \`run.status\` is SUCCEEDED | \`run.finished\` is a callback of its own, without results, also after a cancel; \`type\` tells callbacks apart |
| compare \`output_count\` with what you hold | or count callbacks: \`run.finished\` has a \`manifest\`, and \`manifest.callbacks\` is how many there are |
| a callback can be replayed up to three times | as often as you like; id and bytes stay the same |

Callbacks are signed by Standard Webhooks: [verify them](#receive-callbacks). Schedules take \`POST /v1/schedules/{scheduled_run_uid}/update\` and \`POST /v1/schedules/{scheduled_run_uid}/delete\` as well as PATCH and DELETE.

New here, and all optional: \`Idempotency-Key\`, \`tags\`, \`?dry_run=true\`, \`depends_on\`, \`deadline_seconds\`, uploads of up to a million inputs, results as CSV and NDJSON, logs, usage, and acting on many runs at once.`;
}
