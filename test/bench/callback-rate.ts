import { benchCallbackSender } from './callback-sender.ts';
import type { Progress, Report } from './report.ts';

/** The callback sender beside bare node:http. */
export async function benchCallbackRate(progress: Progress): Promise<Report> {
  progress('sending in turns');
  const { ours, bareNode } = await benchCallbackSender();
  return {
    title: 'Callback sender',
    notes: ['Signed POSTs of 1 KB with the address guard, 64 in flight, to a receiver in a process of its own.'],
    figures: [
      { what: 'callbacks a second', value: ours, unit: '/s', target: { atLeast: 10_000 }, baseline: bareNode },
      { what: 'share of bare Node', value: (100 * ours) / bareNode, unit: '%', target: { atLeast: 75 } },
    ],
  };
}
