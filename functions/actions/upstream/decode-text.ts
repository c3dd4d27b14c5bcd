const MARKS: readonly (readonly [mark: string, charset: string])[] = [
  ['efbbbf', 'utf-8'],
  ['feff', 'utf-16be'],
  ['fffe', 'utf-16le'],
];

/** Names of ASCII (RFC 1345); the Encoding standard reads all of them as windows-1252, which has no byte that does not fit. */
const ASCII = /^(?:us-ascii|ascii|iso646-us|ansi_x3\.4-1968|iso-ir-6)$/i;

/**
 * A body as text: by its byte order mark (which is left out), else by the charset its Content-Type names, else as UTF-8
 * (Encoding standard, "BOM sniff"). A message where the charset is unknown or the bytes do not fit it.
 */
export function decodeText(bytes: Buffer, contentType: string | null): { text: string } | { message: string } {
  const start = bytes.subarray(0, 3).toString('hex');
  const marked = MARKS.find(([mark]) => start.startsWith(mark))?.[1];
  const charset = marked ?? /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType ?? '')?.[1] ?? 'utf-8';
  if (ASCII.test(charset) && bytes.some((byte) => byte > 0x7f)) return { message: 'holds bytes that are not us-ascii' };
  const decoder = createDecoder(charset);
  if (decoder === null) return { message: `is in the unknown charset ${charset.slice(0, 50)}` };
  try {
    return { text: decoder.decode(bytes) };
  } catch {
    return { message: `holds bytes that are not ${decoder.encoding}` };
  }
}

function createDecoder(charset: string): InstanceType<typeof TextDecoder> | null {
  try {
    return new TextDecoder(charset, { fatal: true });
  } catch {
    return null; // no encoding has this name
  }
}
