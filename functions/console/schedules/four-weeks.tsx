import { Loading } from '../design/loading.tsx';
import { daysOfFires } from './days-of-fires.ts';
import { usePreview } from './use-preview.ts';

const DAYS = 28;
/** The most that the API gives at once; a schedule that fires oftener fills fewer days. */
const COUNT = 100;

/** The next four weeks, a day a cell, in the schedule's zone; days on which the clocks change say so. */
export function FourWeeks({ cron, timezone }: { readonly cron: string; readonly timezone: string }) {
  const { preview, error } = usePreview(cron, timezone, COUNT);
  if (preview === null) return cron.trim() === '' || error !== null ? null : <Loading />;
  const today = new Intl.DateTimeFormat('sv-SE', { timeZone: timezone }).format(new Date());
  const last = preview.fires.at(-1)?.local.slice(0, 10) ?? '';
  const isCut = preview.fires.length === COUNT;
  return (
    <div class="strip">
      {daysOfFires(today, DAYS, preview.fires, preview.notes).map(({ date, fires, times, notes }) => (
        <div key={date} title={notes.join('\n')} data-notes={notes.length > 0 ? '' : undefined}>
          <strong>{date.slice(5)}</strong>
          {isCut && date > last ? '…' : fires === 0 ? '–' : times.join(', ')}
          {fires > times.length ? ` +${fires - times.length}` : ''}
          {notes.length > 0 ? <span class="fault"> clocks</span> : null}
        </div>
      ))}
    </div>
  );
}
