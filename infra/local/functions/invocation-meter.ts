import type { InvocationReport } from './function-host.ts';

/** The sums of one function's invocations. */
export interface InvocationRow {
  readonly functionName: string;
  readonly memoryMb: number;
  readonly invocations: number;
  readonly errors: number;
  readonly coldStarts: number;
  readonly durationMs: number;
}

/** Adds up invocations per function. */
export function createInvocationMeter() {
  const rows = new Map<string, InvocationRow>();
  return {
    count({ functionName, memoryMb, durationMs, isColdStart, error }: InvocationReport): void {
      const row = rows.get(functionName);
      rows.set(functionName, {
        functionName,
        memoryMb,
        invocations: (row?.invocations ?? 0) + 1,
        errors: (row?.errors ?? 0) + Number(error !== null),
        coldStarts: (row?.coldStarts ?? 0) + Number(isColdStart),
        durationMs: (row?.durationMs ?? 0) + durationMs,
      });
    },
    rows: (): readonly InvocationRow[] => [...rows.values()],
    reset: (): void => rows.clear(),
  };
}
