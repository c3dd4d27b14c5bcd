/** A number as it was written, which `JSON.stringify` writes the same way again. */
interface KeptNumber {
  readonly rawJSON: string;
}

// TypeScript's library does not declare these yet (ECMAScript proposal "JSON.parse source text access"); Node 20 has none.
const { rawJSON, isRawJSON } = JSON as unknown as {
  readonly rawJSON?: (text: string) => KeptNumber;
  readonly isRawJSON?: (value: unknown) => value is KeptNumber;
};

/** Whether this Node keeps numbers that JavaScript's do not hold: from Node 22 on. */
export const KEEPS_NUMBERS = rawJSON !== undefined;

/** `JSON.parse` that keeps a number as it is written where JavaScript would write another text for it, such as 2^53 + 1. */
export function parseKept(text: string): unknown {
  if (rawJSON === undefined) return JSON.parse(text);
  return JSON.parse(text, (_: string, value: unknown, context?: { readonly source?: string }) => {
    const source = context?.source;
    if (typeof value !== 'number' || source === undefined || String(value) === source) return value;
    return rawJSON(source);
  });
}

/** Whether a value of `parseKept` is a number, kept as it was written or not. */
export function isNumber(value: unknown): boolean {
  return typeof value === 'number' || isRawJSON?.(value) === true;
}
