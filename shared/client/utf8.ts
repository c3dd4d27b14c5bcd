/**
 * The text of a file in UTF-8, without its byte order mark; of another one, such as a table of an old spreadsheet or a
 * picture, the line from 1 on that is none.
 */
export function readUtf8(bytes: Uint8Array): { readonly text: string } | { readonly faultLine: number } {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return { text };
  } catch {
    // told below
  }
  const lines = new TextDecoder().decode(bytes).split('\n');
  return { faultLine: lines.findIndex((line) => /[\uFFFD\0]/.test(line)) + 1 };
}
