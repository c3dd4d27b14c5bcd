import { Loading } from '../design/loading.tsx';
import { Notice } from '../design/notice.tsx';
import { Time } from '../design/time.tsx';
import { usePreview } from './use-preview.ts';

const COUNT = 10;

/** The next ten times of a cron expression, in its own zone, with what the clocks do to them. */
export function CronPreview({ cron, timezone }: { readonly cron: string; readonly timezone: string }) {
  const { preview, error } = usePreview(cron, timezone, COUNT);
  if (error !== null) {
    return <p class="fault">{error.validationErrors.map(({ message }) => message).join(' ') || error.message}</p>;
  }
  if (preview === null) return cron.trim() === '' ? null : <Loading />;
  return (
    <div class="stack" aria-live="polite">
      <ol class="fires">
        {preview.fires.map(({ at, local }) => (
          <li key={at}>
            <code>{localText(local)}</code>{' '}
            <span class="muted">
              <Time at={at} />
            </span>
          </li>
        ))}
      </ol>
      {preview.notes.map(({ local, note }) => (
        <Notice key={local} kind="wait">
          <code>{local.replace('T', ' ')}</code> {note}
        </Notice>
      ))}
    </div>
  );
}

/** `2027-03-28T02:30:00+02:00` as `2027-03-28 02:30 +02:00`. */
function localText(local: string): string {
  return local.replace('T', ' ').replace(/(\d\d:\d\d):\d\d(\.\d+)?/, '$1 ');
}
