/** One line of a text. */
export interface Line {
  /** From 1; blank lines are counted too. */
  readonly number: number;
  /** Its bytes without line end and byte order mark; null where it is longer than `maxBytes`. */
  readonly bytes: Uint8Array | null;
}

/** Splits a text that comes in chunks of bytes into lines. It keeps at most one line of `maxBytes` in memory. */
export interface LineSplitter {
  /** The lines that a chunk completes, without blank ones. */
  push(chunk: Uint8Array): Iterable<Line>;
  /** The last line, if no line feed ends it. */
  end(): Iterable<Line>;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/**
 * Splits at line feeds. A carriage return before a line feed and a byte order mark at the start are dropped. Characters
 * are never cut, because in UTF-8 the byte of a line feed is part of no other character (RFC 3629 §3).
 */
export function createLineSplitter(maxBytes: number): LineSplitter {
  let number = 1;
  let size = 0;
  let kept: Uint8Array[] = [];
  // The longest allowed line may have a byte order mark and a carriage return besides.
  const room = maxBytes + BYTE_ORDER_MARK.length + 1;

  function keep(part: Uint8Array): void {
    size += part.length;
    if (size > room) kept = [];
    else if (part.length > 0) kept.push(part);
  }

  function take(): Line | null {
    const bytes = size > room ? null : trim(kept.length === 1 ? (kept[0] ?? EMPTY) : Buffer.concat(kept), number === 1);
    const line = { number, bytes: bytes !== null && bytes.length > maxBytes ? null : bytes };
    number += 1;
    size = 0;
    kept = [];
    return line.bytes !== null && line.bytes.every(isBlank) ? null : line;
  }

  /** Counts the blank lines that begin at `at`, and returns where they end. A file may consist of millions. */
  function passBlankLines(chunk: Uint8Array, at: number): number {
    for (let begin = at; ; number += 1) {
      let end = begin;
      while (isBlank(chunk[end])) end += 1;
      if (chunk[end] === CARRIAGE_RETURN) end += 1;
      if (chunk[end] !== LINE_FEED) return begin;
      begin = end + 1;
    }
  }

  return {
    *push(chunk) {
      let at = 0;
      for (;;) {
        if (size === 0) at = passBlankLines(chunk, at);
        const end = chunk.indexOf(LINE_FEED, at);
        if (end < 0) break;
        keep(chunk.subarray(at, end));
        const line = take();
        if (line !== null) yield line;
        at = end + 1;
      }
      keep(chunk.subarray(at));
    },
    *end() {
      const line = take();
      if (line !== null) yield line;
    },
  };
}

const EMPTY = new Uint8Array();

function trim(bytes: Uint8Array, isFirst: boolean): Uint8Array {
  const begin = isFirst && BYTE_ORDER_MARK.every((byte, at) => bytes[at] === byte) ? BYTE_ORDER_MARK.length : 0;
  return bytes.subarray(begin, bytes.at(-1) === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length);
}

const SPACE = 0x20;
const TAB = 0x09;

/** Whether a byte may be in a line that counts as blank. */
function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB;
}
