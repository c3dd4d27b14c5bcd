import type { RunDetail } from '../../../shared/client/trireme.ts';
import { Status } from '../design/status.tsx';
import { spanText, Time } from '../design/time.tsx';

/** What the run went through, with how long each took. */
export function RunHistory({ run }: { readonly run: RunDetail }) {
  return (
    <ol class="timeline">
      {run.history.map(({ status, at, reason }, index) => {
        const next = run.history[index + 1];
        return (
          <li key={`${at} ${status}`}>
            <Status status={status} />
            <span>{reason ?? ''}</span>
            <span class="muted">
              <Time at={at} isFull />
              {next === undefined ? null : ` · for ${spanText(Date.parse(next.at) - Date.parse(at))}`}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
