const MARKS: readonly (readonly [mark: string, charset: string])[] = [
  ['efbbbf', 'utf-8'],
  ['feff', 'utf-16be'],
  ['fffe', 'utf-16le'],
];

/** Names of ASCII (RFC 1345). The Encoding standard decodes them as windows-1252, in which any byte is valid. */
const ASCII = /^(?:us-ascii|ascii|iso646-us|ansi_x3\.4-1968|iso-ir-6)$/i;

/**
 * A body as text: decoded by its byte order mark (which is left out), else by the charset in its Content-Type, else as
 * UTF-8 (Encoding standard, "BOM sniff"). A message if the charset is unknown or the bytes are invalid in it.
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
