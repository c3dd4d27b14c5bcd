/** At most this many characters of a caller's text are repeated in an answer. */
const MAX_SHOWN = 200;

/** A text as a message shows it: cut where it is long, with its length. */
export function shorten(text: string): string {
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}… (${text.length} characters)`;
}
