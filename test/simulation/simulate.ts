import { runHistory } from './run-history.ts';
const from = Number(process.argv[2] ?? 1),
  n = Number(process.argv[3] ?? 20);
const keep = process.argv[4] === 'trace';
const t = performance.now();
let bad = 0;
let virtual = 0;
for (let seed = from; seed < from + n; seed++) {
  const t1 = performance.now();
  const h = await runHistory(seed, { keepTrace: keep });
  virtual += h.tookMs;
  const ms = performance.now() - t1;
  if (keep) console.log(h.trace.join('\n'));
  if (h.violations.length) {
    bad++;
    console.log(seed, h.scenario, h.kinds.join(','), h.violations[0]);
  }
  if (process.argv[4] === 'hash') console.log(seed, h.hash);
  if (ms > 1500) console.log('slow', seed, h.scenario, ms.toFixed(0), h.hash);
}
console.log(n, 'histories', bad, 'bad', ((performance.now() - t) / n).toFixed(1), 'ms each');
