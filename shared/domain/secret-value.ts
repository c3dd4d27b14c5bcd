/** Why a value cannot be an action's secret, or null. The text never contains any of the value. */
export function refusalOfSecret(value: unknown): string | null {
  if (value === undefined) return 'is not set';
  if (typeof value !== 'string') return `must be a text; there is ${kindOf(value)}`;
  if (value.trim() === '') return 'is empty';
  // A header, a URL or a log line cannot contain a line break.
  if (/[\r\n\u2028\u2029]/.test(value)) return 'holds a line break; a value of several lines must be stored as base64';
  // oxlint-disable-next-line eslint/no-control-regex -- these are what is refused
  if (/[\u0000-\u001f\u007f-\u009f]/.test(value)) return 'holds a control character, such as a tab';
  return value.isWellFormed() ? null : 'is not well-formed Unicode';
}

/** Why a text cannot be sent as a header's value, or null. A header is Latin-1 (Fetch standard, "header value"). */
export function refusalOfHeaderValue(value: string): string | null {
  if (value.trim() !== value) return 'begins or ends with a space';
  return /^[\x20-\x7e\xa0-\xff]*$/.test(value) ? null : 'holds a character that no header can carry';
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
