/**
 * Makes a value on first use and keeps it. So a Lambda file connects to AWS when it is first called, not when imported.
 */
export function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | null = null;
  return () => (made ??= { value: make() }).value;
}
