/**
 * A regular expression for the names of headers that a caller may give, for every engine (no flags). `refused`: names,
 * or beginnings that end in `-`; `allowed`: exceptions to them. Case does not matter.
 */
export function headerPattern(refused: readonly string[], allowed: readonly string[] = []): string {
  const kept = refused.map((name) => (name.endsWith('-') ? anyCase(name) : `${anyCase(name)}$`)).join('|');
  const name = `(?!(?:${kept}))[!#$%&'*+.^_\`|~0-9A-Za-z-]+`;
  return `^(?:${[...allowed.map(anyCase), name].join('|')})$`;
}

/** The values that headers may have. */
export const HEADER_VALUE_PATTERN = '^[\\t -~]*$';

/** A pattern of a word in capitals and small letters. */
export function anyCase(word: string): string {
  return word.replaceAll(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`);
}
