/** How a language writes the values of JSON. */
interface Notation {
  readonly string: (text: string) => string;
  readonly key: (name: string) => string;
  readonly words: { readonly true: string; readonly false: string; readonly null: string };
  readonly spaced: boolean;
}

const json = { string: JSON.stringify, key: JSON.stringify, words: { true: 'true', false: 'false', null: 'null' } };

const NOTATIONS = {
  json: { ...json, spaced: true },
  python: { ...json, words: { true: 'True', false: 'False', null: 'None' }, spaced: false },
  typescript: {
    ...json,
    string: quoteOnce,
    key: (name: string) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : quoteOnce(name)),
    spaced: true,
  },
} as const satisfies Readonly<Record<string, Notation>>;

const WIDTH = 76;

/** A value of JSON in a language: on one line where it fits, else one entry a line with commas where they are usual. */
export function literal(value: unknown, language: keyof typeof NOTATIONS, indentation = ''): string {
  return write(value, NOTATIONS[language], indentation, language !== 'json');
}

function write(value: unknown, notation: Notation, indentation: string, endsInComma: boolean): string {
  if (typeof value === 'string') return notation.string(value);
  if (typeof value === 'boolean') return notation.words[value ? 'true' : 'false'];
  if (value === null) return notation.words.null;
  if (typeof value !== 'object') return JSON.stringify(value);
  const isList = Array.isArray(value);
  const deeper = `${indentation}  `;
  const entries = isList
    ? value.map((each) => write(each, notation, deeper, endsInComma))
    : Object.entries(value).map(([key, each]) => `${notation.key(key)}: ${write(each, notation, deeper, endsInComma)}`);
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  const space = isList || !notation.spaced || entries.length === 0 ? '' : ' ';
  const line = `${open}${space}${entries.join(', ')}${space}${close}`;
  if (!line.includes('\n') && indentation.length + line.length <= WIDTH) return line;
  const end = endsInComma ? ',' : '';
  return `${open}\n${entries.map((entry) => `${deeper}${entry}`).join(',\n')}${end}\n${indentation}${close}`;
}

function quoteOnce(text: string): string {
  return text.includes("'") ? JSON.stringify(text) : `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"')}'`;
}
