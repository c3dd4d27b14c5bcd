/** Where a text stops being JSON (RFC 8259), and what was expected there. Line and column count from 1. */
export interface JsonFault {
  readonly line: number;
  readonly column: number;
  readonly expected: string;
}

type Expectation =
  | 'nothing more'
  | 'a value'
  | 'a value or ]'
  | 'a property name'
  | 'a property name or }'
  | ':'
  | ', or }'
  | ', or ]';

const TOKEN = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING_REST = 'the rest of a string (line breaks written \\n, backslashes \\\\) and its closing quote';
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** Finds the fault in a text that JSON.parse refused; null if there is none. Only refused texts pay for this pass. */
export function locateJsonFault(text: string): JsonFault | null {
  const open: ('{' | '[')[] = [];
  let expected: Expectation = 'a value';
  let at = 0;
  for (;;) {
    while (isSpace(text.charCodeAt(at))) at += 1;
    const end = tokenEnd(text, at);
    const token = text.slice(at, end ?? at);
    const next: Expectation | null = end === null ? null : afterToken(token, expected, open);
    if (at === text.length && expected === 'nothing more') return null;
    if (end === null && text[at] === '"') return { ...lineAndColumn(text, stringEnd(text, at)), expected: STRING_REST };
    if (end === null || next === null) return { ...lineAndColumn(text, at), expected };
    expected = next;
    at = end;
  }
}

/** What may follow a token, or null where the token is not allowed. Updates `open`, the brackets that are open. */
function afterToken(token: string, expected: string, open: ('{' | '[')[]): Expectation | null {
  const wantsValue = expected.startsWith('a value');
  if (token === '{' || token === '[') {
    if (!wantsValue) return null;
    open.push(token);
    return token === '{' ? 'a property name or }' : 'a value or ]';
  }
  if (token === '}' || token === ']') {
    if (!expected.endsWith(token)) return null;
    open.pop();
    return afterValue(open);
  }
  if (token === ',') return expected === ', or }' ? 'a property name' : expected === ', or ]' ? 'a value' : null;
  if (token === ':') return expected === ':' ? 'a value' : null;
  if (token.startsWith('"') && expected.startsWith('a property')) return ':';
  return wantsValue ? afterValue(open) : null;
}

function afterValue(open: readonly ('{' | '[')[]): Expectation {
  const innermost = open.at(-1);
  if (innermost === undefined) return 'nothing more';
  return innermost === '{' ? ', or }' : ', or ]';
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

const STRUCTURAL = new Set(Array.from('{}[]:,', (character) => character.charCodeAt(0)));

function tokenEnd(text: string, at: number): number | null {
  // Checked without a pattern, for speed: most tokens of a large text are structural.
  if (STRUCTURAL.has(text.charCodeAt(at))) return at + 1;
  if (text[at] !== '"') return endOf(TOKEN, text, at);
  const end = stringEnd(text, at);
  return text[end] === '"' ? end + 1 : null;
}

/** The index of a string's closing quote, or of the first character that is not allowed in a string. */
function stringEnd(text: string, at: number): number {
  let here = at + 1;
  while (here < text.length && text[here] !== '"') {
    const escaped = text[here] === '\\' ? endOf(ESCAPE, text, here) : here + 1;
    if (escaped === null || text.charCodeAt(here) < 0x20) return here;
    here = escaped;
  }
  return here;
}

function endOf(pattern: RegExp, text: string, at: number): number | null {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : null;
}

function lineAndColumn(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at);
  return { line: before.split('\n').length, column: at - before.lastIndexOf('\n') };
}
