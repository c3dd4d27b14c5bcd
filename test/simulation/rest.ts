import type { OpenHistory } from './history.ts';

const MINUTE_MS = 60_000;
/**
 * All must be at rest within this time after the last fault; a callback's whole schedule takes 75.6 h, at most 91 h.
 */
const REST_WITHIN_MS = 7 * 86_400_000;
const DUE_SHOWN = 10;
/** A history takes some thousands of events; one that takes this many repeats something endlessly. */
const MAX_EVENTS = 200_000;

/** The timed rule of the sweep. Minutes in which nothing is due are skipped: a sweep would find nothing. */
export function sweepEveryMinute({
  stage,
  deployment,
  records,
  observer,
}: Pick<OpenHistory, 'stage' | 'deployment' | 'records' | 'observer'>): void {
  const { timeline, adversary } = stage;
  const sweepOnce = (): void => {
    void deployment.sweep.invoke((handler) => handler());
  };
  let wakesAt = Infinity;
  const tick = (): void => {
    wakesAt = Infinity;
    if (records.isDue(timeline.now()) && !adversary.strikes('sweep_lost')) {
      sweepOnce();
      if (adversary.strikes('sweep_twice')) timeline.after(adversary.amount(1, 20_000), sweepOnce);
    }
    for (const { at } of records.due()) wakeFor(at);
  };
  const wakeFor = (at: number): void => {
    const minute = Math.ceil(Math.max(at, timeline.now() + 1) / MINUTE_MS) * MINUTE_MS;
    if (minute >= wakesAt) return;
    wakesAt = minute;
    timeline.after(minute - timeline.now(), () => {
      if (wakesAt === minute) tick();
    });
  };
  observer.onDue = wakeFor;
}

/** Lets time pass until nothing is under way, queued or due any more. */
export async function comeToRest(
  { stage, deployment, records, observer }: OpenHistory,
  isOver: () => boolean,
): Promise<void> {
  const { timeline } = stage;
  const deadline = timeline.now() + REST_WITHIN_MS;
  let events = 0;
  const isAtRest = (): boolean =>
    isOver() &&
    deployment.busy() === 0 &&
    stage.underWay.calls === 0 &&
    deployment.queues.all().every(({ size }) => size === 0) &&
    !records.hasDue();
  await timeline.run(() => {
    events += 1;
    return observer.violations.length > 0 || timeline.now() > deadline || events > MAX_EVENTS || isAtRest();
  });
  if (observer.violations.length > 0 || isAtRest()) return;
  const queued = deployment.queues.all().map(({ name, size }) => `${size} in ${name}`);
  const due = records.due().map(({ what }) => what);
  const more = due.length > DUE_SHOWN ? ` and ${due.length - DUE_SHOWN} more` : '';
  const message = `still busy after ${events} events: ${deployment.busy()} invocations, messages ${queued.join(', ')}, due rows ${due.slice(0, DUE_SHOWN).join(' ')}${more}`;
  observer.violate('comesToRest', message);
}
