/** How a text may be written elsewhere: what must not let a secret through. */
export const SPELLINGS: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (text) => text,
  'in JSON': (text) => JSON.stringify(text),
  'in JSON within JSON': (text) => JSON.stringify(JSON.stringify(text)),
  'in JSON within JSON within JSON': (text) => JSON.stringify(JSON.stringify(JSON.stringify(text))),
  'with a slash escaped': (text) => JSON.stringify(text).replaceAll('/', '\\/'),
  'as \\u escapes': (text) => Array.from(text.split(''), (unit) => `\\u${hex4(unit)}`).join(''),
  'percent-encoded': encodeURIComponent,
  'percent-encoded in small letters': percentOf,
  'percent-encoded twice': (text) => encodeURIComponent(encodeURIComponent(text)),
  'in a form': (text) => new URLSearchParams({ a: text }).toString(),
  'in hex': (text) => Buffer.from(text).toString('hex'),
  'in capital hex': (text) => Buffer.from(text).toString('hex').toUpperCase(),
  'as node prints bytes': (text) => (Buffer.from(text).toString('hex').match(/../g) ?? []).join(' '),
  'in base64': (text) => Buffer.from(text).toString('base64'),
  'in base64url': (text) => Buffer.from(text).toString('base64url'),
  'in base64 behind one byte': (text) => Buffer.from(`:${text}`).toString('base64'),
  'in base64 behind two bytes': (text) => Buffer.from(`u:${text}`).toString('base64'),
  'in base64 behind three, before more': (text) => Buffer.from(`us:${text}\n…`).toString('base64'),
  'in base64url behind five': (text) => Buffer.from(`user:${text}`).toString('base64url'),
  'in base64 percent-encoded': (text) => encodeURIComponent(Buffer.from(`u:${text}>>`).toString('base64')),
};

/** The spellings of a value, and what every base64 that holds it has in common, that are in a text. */
export function spellingsIn(text: string, value: string): readonly string[] {
  const plain = Object.entries(SPELLINGS).filter(([, write]) => text.includes(write(value).replace(/^"+|"+$/g, '')));
  const cores = [0, 1, 2].filter((before) => {
    const encoded = Buffer.from(`${'u'.repeat(before)}${value}`).toString('base64');
    return text.includes(encoded.slice(before + 1, -4));
  });
  return [...plain.map(([name]) => name), ...cores.map((before) => `in base64 behind ${before} bytes`)];
}

function percentOf(text: string): string {
  return Array.from(Buffer.from(text), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}

function hex4(unit: string): string {
  return unit.charCodeAt(0).toString(16).padStart(4, '0');
}
