const TYPES = { csv: 'text/csv', ndjson: 'application/x-ndjson' } as const;

/** Gives the reader a file. */
export function saveText(parts: readonly string[], name: string, kind: keyof typeof TYPES): void {
  const url = URL.createObjectURL(new Blob([...parts], { type: TYPES[kind] }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name.replaceAll(/[^\p{L}\p{N}.-]+/gu, '-');
  link.click();
  // The browser reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
