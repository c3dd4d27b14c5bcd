import { createHash, randomBytes } from 'node:crypto';

/** Lambda cuts a chain of calls after about 16 passes through one function ("recursive loop detection"). */
export const MAX_HOPS = 16;

/** The trace header of a new chain of calls: X-Ray's root, and no function passed yet. */
export function newTrace(now: number): string {
  const time = Math.floor(now / 1000).toString(16);
  return `Root=1-${time}-${randomBytes(12).toString('hex')};Parent=${randomBytes(8).toString('hex')};Sampled=0`;
}

/** How often a trace header's chain of calls has passed through a function. */
export function hopsOf(trace: string, functionName: string): number {
  return lineageOf(trace).get(hashOf(functionName)) ?? 0;
}

/** The header to invoke a function with: the chain so far and the function. The SDK sends it on (`X-Amzn-Trace-Id`). */
export function traceThrough(trace: string, functionName: string): string {
  const lineage = lineageOf(trace);
  const hash = hashOf(functionName);
  lineage.set(hash, (lineage.get(hash) ?? 0) + 1);
  const text = [...lineage].map(([name, count]) => `${name}:${count}`).join('|');
  return `${trace.replace(/;Lineage=[^;]*/, '')};Lineage=${text}`;
}

function lineageOf(trace: string): Map<string, number> {
  const text = /(?:^|;)Lineage=([^;]*)/.exec(trace)?.[1] ?? '';
  const pairs = text.split('|').map((part) => part.split(':'));
  return new Map(pairs.flatMap(([name, count]) => (name === undefined || name === '' ? [] : [[name, Number(count)]])));
}

function hashOf(functionName: string): string {
  return createHash('sha256').update(functionName).digest('hex').slice(0, 8);
}
