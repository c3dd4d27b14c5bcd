import { SeededRandom } from './random.ts';

/**
 * Kinds of histories. `small`: the everyday one. `wide`: runs of several shards. `patient`: receivers that always fail.
 * `schedules`: only schedules. `consumers`: keys, dependencies, later starts and replays. `paced`: an action with a
 * pace. `verbs`: runs that are stopped and resumed repeatedly. `bulk`: bulks over such runs. `away`: receivers that are away for a time. `live`: live
 * calls that wait, have keys and read page by page, beside runs. `letters`: messages that become dead letters.
 * `uploads`: runs over uploads. `rows`: due rows that always fail. `crowd`: workspaces that hang beside one that is
 * quick. `usage`: usage is summed while runs are at work. `deletions`: runs of other scenarios that are deleted. `notifications`:
 * workspaces of other scenarios are notified of what happens. With
 * `-calm`: the same without faults.
 */
export const SCENARIOS = [
  'small',
  'wide',
  'patient',
  'calm',
  'schedules',
  'schedules-calm',
  'consumers',
  'consumers-calm',
  'paced',
  'paced-calm',
  'verbs',
  'bulk',
  'bulk-calm',
  'away',
  'away-calm',
  'live',
  'live-calm',
  'letters',
  'uploads',
  'uploads-calm',
  'rows',
  'rows-calm',
  'crowd',
  'crowd-calm',
  'usage',
  'usage-calm',
  'deletions',
  'deletions-calm',
  'notifications',
  'notifications-calm',
] as const;
export type Scenario = (typeof SCENARIOS)[number];

/** A scenario, or `everyday`: whichever of the first four the seed draws. */
export const CHOICES = ['everyday', ...SCENARIOS] as const;
export type Choice = (typeof CHOICES)[number];

/** In how many of a hundred histories a seed has each of these; in the others it has an everyday one. */
const SHARES: readonly (readonly [scenario: Scenario, percent: number])[] = [
  ['schedules', 4],
  ['schedules-calm', 0.5],
  ['consumers', 5],
  ['consumers-calm', 0.5],
  ['paced', 3],
  ['paced-calm', 0.5],
  ['verbs', 6],
  ['away', 1],
  ['away-calm', 0.5],
  ['live', 4],
  ['live-calm', 0.5],
  ['letters', 3],
  ['uploads', 4],
  ['uploads-calm', 0.5],
  ['rows', 1],
  ['rows-calm', 0.5],
  ['crowd', 2],
  ['crowd-calm', 1],
  ['usage', 3],
  ['usage-calm', 1],
  ['bulk', 3],
  ['bulk-calm', 0.5],
  ['deletions', 5],
  ['deletions-calm', 0.5],
  ['notifications', 4],
  ['notifications-calm', 1],
];

/** The scenario of a seed, where it is not chosen. */
export function scenarioOf(seed: number, choice?: Choice): Scenario {
  if (choice === 'everyday') return everydayOf(seed);
  if (choice !== undefined) return choice;
  let left = new SeededRandom(seed, 'share').fraction() * 100;
  for (const [scenario, percent] of SHARES) {
    left -= percent;
    if (left < 0) return scenario;
  }
  return everydayOf(seed);
}

function everydayOf(seed: number): Scenario {
  const share = new SeededRandom(seed, 'scenario').fraction();
  if (share < 0.02) return 'wide';
  if (share < 0.03) return 'patient';
  return share < 0.1 ? 'calm' : 'small';
}

/** Scenarios in which nothing goes wrong but what callers and actions do. */
export function isTame(scenario: Scenario): boolean {
  return scenario === 'calm' || scenario.endsWith('-calm');
}
