import { SCHEDULE_DEFAULTS } from '../../../domain/schedule.ts';
import type { GuideFacts } from './guide-facts.ts';

export function guideToSchedules({ url }: GuideFacts): string {
  return `A schedule is a launch that is repeated by a cron expression. Look at its times before you rely on them:

\`\`\`sh
curl "${url}/v1/schedules/preview" -H "X-API-Key: $KEY" -H 'Content-Type: application/json' \\
  -d '{"cron":"0 9 * * 1-5","timezone":"Europe/Amsterdam","count":3}'
\`\`\`

Then create it; this one runs every weekday at nine:

\`\`\`sh
curl "${url}/v1/actions/search-cities/run/schedule" -H "X-API-Key: $KEY" -H 'Content-Type: application/json' \\
  -d '{"inputs":[{"country":"NL"}],"cron":"0 9 * * 1-5","timezone":"Europe/Amsterdam"}'
\`\`\`

Each time starts an async run that carries \`scheduled_run_uid\`. \`schedule_at\` without \`cron\` is a single time.

| field | what it says | if absent |
|---|---|---|
| \`cron\` | five fields, minute to day of week, or a macro such as \`@daily\` | \`schedule_at\` is needed |
| \`timezone\` | a name of the tz database, such as \`Europe/Amsterdam\` | \`${SCHEDULE_DEFAULTS.timezone}\` |
| \`overlap\` | when its last run is unfinished: \`skip\` this time, \`allow\` both, or \`cancel_previous\` | \`${SCHEDULE_DEFAULTS.overlap}\` |
| \`catch_up_seconds\` | how late a time may still fire after an outage | ${SCHEDULE_DEFAULTS.catchUpSeconds} |
| \`jitter_seconds\` | its runs start up to so much later, always by the same amount | ${SCHEDULE_DEFAULTS.jitterSeconds} |

- **When clocks change**, a local time that is skipped does not fire, and one that comes twice fires the first time. If the hour field begins with \`*\`, the schedule goes by elapsed time.
- **Every time is recorded**: \`GET /v1/schedules/{scheduled_run_uid}/fires\` has it as FIRED with its run, or as SKIPPED or MISSED with the reason. Times that pass while the schedule is paused leave no record.
- \`POST /v1/schedules/{scheduled_run_uid}/pause\`, \`POST /v1/schedules/{scheduled_run_uid}/resume\`, \`POST /v1/schedules/{scheduled_run_uid}/trigger\` (now, besides its times), \`PATCH /v1/schedules/{scheduled_run_uid}\` and \`DELETE /v1/schedules/{scheduled_run_uid}\` do what they say. In an update null sets a field back to its default.`;
}
