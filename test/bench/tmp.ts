import { createBenchAction, SMALL_PAGE } from './bench-action.ts';
import { openBenchSystem } from './bench-system.ts';
import { costOfMillionPages } from './prices.ts';
import { itemBytes } from './stored-bytes.ts';
import { TABLE_NAME } from '../support/open-table.ts';
async function one(
  pages: number,
  inFlight: number,
  inputs: number,
  pageMs?: () => number,
  varied = false,
  gather?: any,
) {
  const t0 = Date.now();
  const system = openBenchSystem({
    action: createBenchAction(SMALL_PAGE),
    batch: 10,
    workers: pageMs ? Number(process.env['W'] ?? 40) : Math.ceil(inFlight / 10),
    inputsInFlight: inFlight,
    deliversCallbacks: true,
    latencies: { dynamodbMs: 4, sqsMs: 8 },
    ...(pageMs ? { pageMs } : {}),
    ...(gather ? { gather } : {}),
  });
  const list = Array.from({ length: inputs }, (_, seed) => ({
    pages: varied ? 1 + ((seed * 7) % (2 * pages - 1)) : pages,
    seed,
  }));
  const total = list.reduce((s, { pages }) => s + pages, 0);
  await system.launch(list, 'https://receiver.example/hook');
  const start = system.now();
  await system.drain();
  const took = system.now() - start;
  const tally = system.takeTally();
  const cost = costOfMillionPages(tally, total, {
    storedBytes: await itemBytes(system.engine, TABLE_NAME),
    gbMs: tally.gbMs,
  });
  const win = [...tally.items]
    .filter(([n]) => n.includes('window') && n.startsWith('Update'))
    .reduce((s, [, c]) => s + c.writeUnits, 0);
  console.log(
    `pages ${pages}${varied ? '~' : ''} inflight ${inFlight}: $${(cost.total - (pageMs ? cost.lambdaTime : 0)).toFixed(2)} wu ${(tally.writeUnits / total).toFixed(2)} win ${(win / total).toFixed(3)} ru ${(tally.readUnits / total).toFixed(2)} sqs ${(tally.sqsRequests / total).toFixed(2)} inv ${(tally.invocations / total).toFixed(3)} msgs/inv ${(tally.messages / tally.invocations).toFixed(1)} inputs/s ${((inputs / took) * 1000).toFixed(0)} cpu ${Date.now() - t0}`,
  );
  if (process.env['ITEMS'])
    for (const [n, c] of [...tally.items]
      .sort((a, b) => b[1].writeUnits + b[1].readUnits - a[1].writeUnits - a[1].readUnits)
      .slice(0, 12))
      console.log('   ', n, (c.writeUnits / total).toFixed(3), (c.readUnits / total).toFixed(3), c.calls);
}
let s = 1;
const rnd = () => {
  s = (s * 48271) % 2147483647;
  return s / 2147483647;
};

const W = Number(process.env['W'] ?? 40);
for (const gather of [
  { share: 0, longestMs: 0 },
  { share: 0.04, longestMs: 250 },
  { share: 0.1, longestMs: 500 },
  { share: 0.2, longestMs: 1000 },
  { share: 1, longestMs: 5000 },
]) {
  console.log(gather);
  s = 1;
  await one(1, 100, 1500, () => 200 + 2800 * rnd(), false, gather);
}
