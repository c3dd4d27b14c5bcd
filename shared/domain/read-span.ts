import { readInputLine } from './input-line.ts';
import type { StoredInput } from './input.ts';
import { LIMITS } from './limits.ts';
import { createLineSplitter } from './split-lines.ts';
import type { UploadSpan } from './upload.ts';

/** The inputs of a span, from its bytes. */
export function readSpan({ line, offset }: UploadSpan, bytes: Uint8Array): readonly StoredInput[] {
  const splitter = createLineSplitter(LIMITS.inputBytes, { number: line, offset });
  return [...splitter.push(bytes), ...splitter.end()].map(readInputLine);
}
