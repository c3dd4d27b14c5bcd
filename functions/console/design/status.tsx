import { Icon, type Shape } from './icons.tsx';

type Tone = 'good' | 'bad' | 'busy' | 'wait' | 'quiet';

/** How each status looks: a word, a shape and a colour, of which the word alone is enough. */
const LOOKS: Readonly<Record<string, readonly [word: string, shape: Shape, tone: Tone]>> = {
  CREATED: ['Created', 'ring', 'wait'],
  QUEUED: ['Queued', 'ring', 'wait'],
  SCHEDULED: ['Scheduled', 'clock', 'wait'],
  BLOCKED: ['Blocked', 'bars', 'wait'],
  RUNNING: ['Running', 'play', 'busy'],
  STOPPED: ['Stopped', 'square', 'quiet'],
  SUCCEEDED: ['Succeeded', 'check', 'good'],
  PARTIAL_SUCCEEDED: ['Partly failed', 'half', 'bad'],
  FAILED: ['Failed', 'cross', 'bad'],
  INVALID: ['Invalid', 'warn', 'bad'],
  PENDING: ['Pending', 'clock', 'wait'],
  SUCCESS: ['Delivered', 'check', 'good'],
  ACTIVE: ['Active', 'play', 'good'],
  PAUSED: ['Paused', 'bars', 'wait'],
  CANCELLED: ['Cancelled', 'square', 'quiet'],
  COMPLETED: ['Completed', 'check', 'quiet'],
  FIRED: ['Fired', 'check', 'good'],
  SKIPPED: ['Skipped', 'bars', 'wait'],
  MISSED: ['Missed', 'cross', 'bad'],
  COUNTING: ['Counting', 'play', 'busy'],
  FINISHED: ['Finished', 'check', 'good'],
};

export function statusWord(status: string): string {
  return LOOKS[status]?.[0] ?? status;
}

export function Status({ status }: { readonly status: string }) {
  const [word, shape, tone] = LOOKS[status] ?? [status, 'ring', 'quiet'];
  return (
    <span class="status" data-tone={tone}>
      <Icon shape={shape} />
      {word}
    </span>
  );
}
