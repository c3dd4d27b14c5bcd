/** Characters that a terminal may obey, or that hide or turn what stands beside them. */
const OBEYED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Text of the API or of a file as it may be printed in one line: what a terminal would obey is shown by its number. */
export function harmless(text: string): string {
  return text.replaceAll(OBEYED, escapeOf);
}

/** The same for text of several lines, whose line breaks and tabs stay. */
export function harmlessLines(text: string): string {
  return text.replaceAll(OBEYED, (character) => (/[\n\r\t]/.test(character) ? character : escapeOf(character)));
}

/** A value as one line of JSON that a terminal does not obey. It has the same meaning. */
export function harmlessJson(value: unknown): string {
  return harmless(JSON.stringify(value));
}

/** As in JSON, each half of a pair by itself. */
function escapeOf(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
