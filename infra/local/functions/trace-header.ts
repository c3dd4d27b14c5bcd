import { createHash, randomBytes } from 'node:crypto';

/** Lambda cuts a chain of calls after about 16 passes through one function ("recursive loop detection"). */
export const MAX_HOPS = 16;

/** A trace header that begins a chain: X-Ray's root, and no function passed yet. */
export function newTrace(now: number): string {
  const time = Math.floor(now / 1000).toString(16);
  return `Root=1-${time}-${randomBytes(12).toString('hex')};Parent=${randomBytes(8).toString('hex')};Sampled=0`;
}

/** How often the chain a trace header tells of has been through a function. */
export function hopsOf(trace: string, functionName: string): number {
  return lineageOf(trace).get(markOf(functionName)) ?? 0;
}

/** The header a function is invoked with: the chain so far and itself. The SDK sends it with each call (`X-Amzn-Trace-Id`). */
export function traceThrough(trace: string, functionName: string): string {
  const lineage = lineageOf(trace);
  const mark = markOf(functionName);
  lineage.set(mark, (lineage.get(mark) ?? 0) + 1);
  const text = [...lineage].map(([name, count]) => `${name}:${count}`).join('|');
  return `${trace.replace(/;Lineage=[^;]*/, '')};Lineage=${text}`;
}

function lineageOf(trace: string): Map<string, number> {
  const text = /(?:^|;)Lineage=([^;]*)/.exec(trace)?.[1] ?? '';
  const pairs = text.split('|').map((part) => part.split(':'));
  return new Map(pairs.flatMap(([name, count]) => (name === undefined || name === '' ? [] : [[name, Number(count)]])));
}

function markOf(functionName: string): string {
  return createHash('sha256').update(functionName).digest('hex').slice(0, 8);
}
