/** A number that JavaScript would write otherwise than it came, as it came. JSON.stringify writes it the same way again. */
interface ExactNumber {
  readonly rawJSON: string;
}

// TypeScript's library does not declare these yet (ECMAScript proposal "JSON.parse source text access"). Firefox before
// 135 and Safari before 18.4 have none of it, and round.
const { rawJSON, isRawJSON } = JSON as unknown as {
  readonly rawJSON?: (text: string) => ExactNumber;
  readonly isRawJSON?: (value: unknown) => value is ExactNumber;
};
const parse = JSON.parse as (
  text: string,
  revive?: (name: string, value: unknown, context?: { readonly source?: string }) => unknown,
) => unknown;

/** Only a text with 16 digits in a row, or a number that ends with an exponent or a zero after its point, can have one. */
const MAY_DIFFER = /[\d.]{16}|(?:[eE][+-]?\d+|\.\d*0)\s*(?:[,\]}]|$)/;

/** Reads JSON with each number as it was written, also beyond 2^53. Throws SyntaxError. */
export function parseExact(text: string): unknown {
  if (rawJSON === undefined || !MAY_DIFFER.test(text)) return parse(text);
  return parse(text, (_, value, context) => {
    const source = context?.source;
    return typeof value === 'number' && source !== undefined && String(value) !== source ? rawJSON(source) : value;
  });
}

/** Whether it is a JSON object: a number of {@link parseExact} is none. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && isRawJSON?.(value) !== true;
}
