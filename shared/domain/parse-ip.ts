/** The two 16-bit words of a dotted decimal IPv4 address; null for every other text (no octal, no short forms). */
export function parseIpv4(text: string): readonly [number, number] | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return null;
  const bytes = match.slice(1).map(Number);
  if (match.slice(1).some((part, i) => (bytes[i] ?? 256) > 255 || String(bytes[i]) !== part)) return null;
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  return [(a << 8) | b, (c << 8) | d];
}

/** The eight 16-bit words of an IPv6 address, an embedded IPv4 tail included (RFC 4291 §2.2); null for every other text. */
export function parseIpv6(text: string): readonly number[] | null {
  const [head = '', tail, ...more] = text.split('::');
  if (more.length > 0) return null;
  if (tail === undefined) {
    const words = wordsOf(head, true);
    return words?.length === 8 ? words : null;
  }
  const left = head === '' ? [] : wordsOf(head, false);
  const right = tail === '' ? [] : wordsOf(tail, true);
  if (left === null || right === null) return null;
  const missing = 8 - left.length - right.length;
  return missing < 1 ? null : [...left, ...Array.from({ length: missing }, () => 0), ...right];
}

function wordsOf(text: string, mayEndInIpv4: boolean): number[] | null {
  const words: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    const v4 = mayEndInIpv4 && i === parts.length - 1 ? parseIpv4(part) : null;
    if (v4 !== null) words.push(...v4);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) words.push(Number.parseInt(part, 16));
    else return null;
  }
  return words;
}
