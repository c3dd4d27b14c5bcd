/**
 * Answers one large request in a process of its own, warmed up by small ones; with `parse` after its name its body is only
 * given to JSON.parse. Prints what that took as one line of JSON. Run by bodies.ts.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { findPath, REFUSED, TAKEN } from '../support/large-bodies.ts';
import { createReadingHarness } from '../functions/runs-harness.ts';
import { searchCities } from '../../functions/actions/search-cities.ts';

/** What one request took. */
export interface BodyFigures {
  readonly seconds: number;
  /** The most that was resident, and by how much that is more than before. */
  readonly peakMb: number;
  readonly addedMb: number;
  readonly answered: string;
  /** Whether it is the answer that was to come. */
  readonly isRight: boolean;
}

const WARM_UP = 30;

const [name = '', only] = process.argv.slice(2);
const wanted = [...REFUSED, ...TAKEN].find(({ what }) => what === name);
if (wanted === undefined) throw new Error(`There is no request ${name}.`);
const { method = 'POST', headers = {}, body } = wanted;

const actionServices = await createReadingHarness({ 'search-cities.ts': searchCities });
const path = await findPath(actionServices, wanted.path);
const small = { cron: '@daily', inputs: [{ country: 'FR' }] };
for (let time = 0; time < WARM_UP; time += 1) {
  actionServices.time.now += 10_000;
  const good = path.endsWith('async') ? { inputs: small.inputs } : small;
  await actionServices.call(method, path, {
    headers: time % 2 === 0 ? {} : { accept: '*/*' },
    ...(method === 'GET' ? {} : { body: time % 3 === 0 ? { inputs: [1, {}] } : good }),
  });
}
actionServices.time.now += 60_000;

const sent = body?.();
const readMb = (field: 'VmHWM' | 'VmRSS'): number =>
  Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024;
globalThis.gc?.();
writeFileSync('/proc/self/clear_refs', '5'); // begins the high-water mark anew (proc(5))
const before = readMb('VmRSS');
const cpu = process.cpuUsage();
const answer = only === 'parse' ? bareParse(sent) : await actionServices.call(method, path, { headers, text: sent });
const { user, system } = process.cpuUsage(cpu);
const text = JSON.stringify(answer.body);
const peakMb = readMb('VmHWM');
const figures: BodyFigures = {
  seconds: (user + system) / 1e6,
  peakMb,
  addedMb: peakMb - before,
  answered: `${answer.status} ${text.slice(0, 300)}`,
  isRight: answer.status === wanted.status && wanted.says.test(text),
};
console.log(JSON.stringify(figures));
process.exit(0);

/** What cannot be spared: the body's bytes as a text, and that parsed. */
function bareParse(text = ''): { readonly status: number; readonly body: unknown } {
  const body = Buffer.from(text).toString();
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return { status: 0, body: typeof parsed };
}
