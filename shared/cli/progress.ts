import { hasEnded, type RunDetail } from '../client/trireme.ts';
import { harmless } from './harmless.ts';

const BAR_WIDTH = 10;

/** How far a run is, in one line: `3/8 inputs ▓▓▓▓░░░░░░ 1,051 results · waits: RATE_LIMIT until 09:31`. */
export function progressText(run: RunDetail): string {
  const { succeeded, failed, stopped, total } = run.inputs;
  const done = succeeded + failed + stopped;
  const filled = total === null || total === 0 ? 0 : Math.floor((done / total) * BAR_WIDTH);
  const bar = `${'▓'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}`;
  const parts = [
    `${countText(done)}/${total === null ? '?' : countText(total)} inputs ${bar} ${countText(run.output_count)} results`,
    ...(failed === 0 ? [] : [`${countText(failed)} failed`]),
    hasEnded(run) ? run.status : waitText(run),
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

/** What a run waits for, and until when where that is known. */
function waitText({ status, status_reason: reason, postponed_until: postponedUntil }: RunDetail): string {
  if (reason === null) return status === 'RUNNING' ? '' : status;
  const until = reason.retry_at ?? postponedUntil;
  const { quota } = reason.params;
  const what = typeof quota === 'string' ? `quota ${quota}` : reason.code;
  return `waits: ${what}${until === null ? '' : ` until ${timeOfDay(until)}`}`;
}

/** In the zone of whoever reads it. */
function timeOfDay(instant: string): string {
  return new Date(instant).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}

function countText(count: number): string {
  return count.toLocaleString('en');
}

/** One line on a stream that is written over; where that is no terminal, nothing. */
export interface ProgressLine {
  show(text: string): void;
  /** Leaves the last text as a line of its own. */
  end(): void;
}

export function createProgressLine(stream: NodeJS.WriteStream): ProgressLine {
  let shown = '';
  return {
    show(text) {
      if (!stream.isTTY) return;
      shown = Array.from(harmless(text))
        .slice(0, Math.max(1, (stream.columns || 80) - 1))
        .join('');
      stream.write(`\r\u001b[K${shown}`);
    },
    end() {
      if (shown !== '') stream.write('\n');
      shown = '';
    },
  };
}
