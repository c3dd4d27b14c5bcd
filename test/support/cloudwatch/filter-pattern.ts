/**
 * The part of CloudWatch's filter patterns for JSON that the stack uses: `=`, `!=`, `>`, `>=`, `<`, `<=`, `NOT EXISTS`,
 * `&&`, `||` and parentheses (Amazon CloudWatch Logs, "Filter pattern syntax"). Throws for anything else.
 */
export function matchesPattern(pattern: string, event: unknown): boolean {
  const inner = /^\{(.*)\}$/s.exec(pattern.trim())?.[1];
  if (inner === undefined) throw new Error(`${pattern} is no pattern for JSON`);
  const tokens = tokensOf(inner);
  const result = readEither(tokens, event);
  if (tokens.length > 0) throw new Error(`${pattern}: ${tokens.join(' ')} is left over`);
  return result;
}

/** What a selector as `$.message.count` finds; undefined: nothing is there. */
export function select(selector: string, event: unknown): unknown {
  let at = event;
  for (const name of selector.split('.').slice(1)) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = Object.entries(at).find(([key]) => key === name)?.[1];
  }
  return at;
}

const TOKEN = /\s*(\(|\)|&&|\|\||!=|>=|<=|=|>|<|NOT EXISTS|"[^"]*"|\$(?:\.\w+)+|-?\d+(?:\.\d+)?)/y;

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let found = TOKEN.exec(text); found !== null; found = TOKEN.exec(text)) {
    tokens.push(found[1] ?? '');
    if (text.slice(TOKEN.lastIndex).trim() === '') return tokens;
  }
  throw new Error(`${text}: not understood from ${tokens.at(-1) ?? 'its beginning'} on`);
}

function readEither(tokens: string[], event: unknown): boolean {
  let result = readBoth(tokens, event);
  while (tokens[0] === '||') {
    tokens.shift();
    const other = readBoth(tokens, event);
    result ||= other;
  }
  return result;
}

function readBoth(tokens: string[], event: unknown): boolean {
  let result = readTerm(tokens, event);
  while (tokens[0] === '&&') {
    tokens.shift();
    const other = readTerm(tokens, event);
    result &&= other;
  }
  return result;
}

function readTerm(tokens: string[], event: unknown): boolean {
  const first = tokens.shift() ?? '';
  if (first === '(') {
    const result = readEither(tokens, event);
    if (tokens.shift() !== ')') throw new Error('a parenthesis is not closed');
    return result;
  }
  const found = select(first, event);
  const operator = tokens.shift();
  if (operator === 'NOT EXISTS') return found === undefined;
  const wanted = tokens.shift() ?? '';
  if (wanted.startsWith('"')) return compareText(found, operator, wanted.slice(1, -1));
  return typeof found === 'number' && compareNumber(found, operator, Number(wanted));
}

function compareText(found: unknown, operator: string | undefined, wanted: string): boolean {
  if (operator === '=') return found === wanted;
  if (operator === '!=') return found !== undefined && found !== wanted;
  throw new Error(`texts are not compared by ${operator ?? 'nothing'}`);
}

function compareNumber(found: number, operator: string | undefined, wanted: number): boolean {
  switch (operator) {
    case '=':
      return found === wanted;
    case '!=':
      return found !== wanted;
    case '>':
      return found > wanted;
    case '>=':
      return found >= wanted;
    case '<':
      return found < wanted;
    case '<=':
      return found <= wanted;
    default:
      throw new Error(`numbers are not compared by ${operator ?? 'nothing'}`);
  }
}
