/** Makes a value on first use and keeps it: a Lambda file wires itself to AWS when it is first called, not imported. */
export function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | null = null;
  return () => (made ??= { value: make() }).value;
}
