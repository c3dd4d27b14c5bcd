/** So much of what somebody else wrote is repeated in an answer. */
const MAX_SHOWN = 200;

/** A text as it is shown in a message: cut where it is long. */
export function shorten(text: string): string {
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}… (${text.length} characters)`;
}
