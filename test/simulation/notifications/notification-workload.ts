import { NOTIFICATION_TYPES, type NotificationType } from '../../../shared/domain/notification.ts';
import { SeededRandom } from '../random.ts';
import type { ReceiverNature } from '../receivers.ts';
import { PAGER, SETTING_HEADER } from './notification-truth.ts';

/** Where the notifications of a workspace are to go: to a URL that no other call sets. */
export interface WantedSetting {
  readonly url: string;
  readonly on: readonly NotificationType[];
  readonly headers: Readonly<Record<string, string>>;
}

/** A call that sets a workspace's notifications; `set` null: it ends them. */
export interface SettingPlan {
  /** Ms after the start. */
  readonly at: number;
  readonly workspace: number;
  readonly set: WantedSetting | null;
}

export interface NotificationWorkload {
  readonly plans: readonly SettingPlan[];
  /** By workspace: how its receiver of notifications is until {@link backAfterMs}; then all are well. */
  readonly pagers: readonly ReceiverNature[];
  readonly backAfterMs: number;
  /** Quotas of each workspace; null: it has none. */
  readonly runsWaiting: number | null;
  readonly pagesPerDay: number | null;
}

const HOUR_MS = 3_600_000;

/** `pages`: about how many pages all runs have together, where they may be bounded; null: they may not. */
export function drawNotifications(
  seed: number,
  {
    stormMs,
    workspaces,
    pages,
  }: { readonly stormMs: number; readonly workspaces: number; readonly pages: number | null },
): NotificationWorkload {
  const random = new SeededRandom(seed, 'notifications');
  const plans: SettingPlan[] = [];
  for (let workspace = 0; workspace < workspaces; workspace += 1) {
    // Most have notifications from the start. Some set them when something may have happened that is noted again after.
    const first = random.happens(0.65) ? random.int(0, 60) : random.happens(0.7) ? random.int(62_000, 400_000) : null;
    if (first !== null) plans.push({ at: first, workspace, set: drawSetting(random, workspace, plans.length) });
    const changes = random.happens(0.5) ? 0 : random.int(1, 6);
    for (let change = 0; change < changes; change += 1) {
      const at = Math.round(random.logarithmic(200, 2 * stormMs));
      plans.push({ at, workspace, set: random.happens(0.25) ? null : drawSetting(random, workspace, plans.length) });
    }
  }
  const natures = ['well', 'well', 'well', 'dead', 'silent', 'slow', 'gone'] as const;
  const isBounded = pages !== null && random.happens(0.4);
  return {
    plans: plans.toSorted((a, b) => a.at - b.at),
    pagers: Array.from({ length: workspaces }, () => random.pick(natures)),
    backAfterMs: Math.round(random.logarithmic(60_000, 60 * HOUR_MS)),
    runsWaiting: isBounded ? random.pick([null, 1, 2]) : null,
    // What is left over goes on the next day.
    pagesPerDay: isBounded && random.happens(0.5) ? Math.ceil(pages * (0.5 + random.fraction() / 2)) : null,
  };
}

function drawSetting(random: SeededRandom, workspace: number, number: number): WantedSetting {
  // Some go where the callbacks of runs go, too.
  const base = random.pick([
    `${PAGER}/${workspace}/a`,
    `${PAGER}/${workspace}/a`,
    `${PAGER}/${workspace}/b`,
    `https://hooks.example.com/${workspace}/0`,
    `https://hooks.example.com/${workspace}`,
  ]);
  const isChoosy = random.happens(0.3);
  const some = NOTIFICATION_TYPES.filter(() => random.happens(0.5));
  return {
    url: `${base}?set=${number}`,
    on: isChoosy && some.length > 0 ? some : NOTIFICATION_TYPES,
    headers: { [SETTING_HEADER]: String(number) },
  };
}
