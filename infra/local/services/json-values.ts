/** A JSON object from outside, or `{}` for anything else. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> {
  // An object that is no array has string keys; each value stays unknown.
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** A JSON array from outside, or `[]` for anything else. */
export function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A JSON string from outside, or '' for anything else. */
export function asString(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
