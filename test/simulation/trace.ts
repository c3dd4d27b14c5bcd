import type { Timeline } from './timeline.ts';

/** What happened in a history, line by line. The hash over all lines is the same for the same seed and commit. */
export class Trace {
  readonly #timeline: Timeline;
  readonly #start: number;
  readonly #keeps: boolean;
  #hash = 0x811c9dc5;
  #count = 0;
  readonly lines: string[] = [];

  constructor(timeline: Timeline, keeps: boolean) {
    this.#timeline = timeline;
    this.#start = timeline.now();
    this.#keeps = keeps;
  }

  add(line: string): void {
    const at = this.#timeline.now() - this.#start;
    this.#count += 1;
    this.#mix(at);
    for (let index = 0; index < line.length; index += 1) {
      this.#hash = Math.imul(this.#hash ^ line.charCodeAt(index), 0x01000193); // FNV-1a
    }
    if (this.#keeps) this.lines.push(`${elapsed(at)}  ${line}`);
  }

  /** Eight hex digits over every line and its time, and their count. */
  hash(): string {
    return `${(this.#hash >>> 0).toString(16).padStart(8, '0')}-${this.#count}`;
  }

  #mix(value: number): void {
    for (let rest = Math.round(value * 1_000); rest > 0; rest = Math.floor(rest / 256)) {
      this.#hash = Math.imul(this.#hash ^ (rest & 255), 0x01000193);
    }
  }
}

/** Virtual time since the history began, as hours:minutes:seconds. */
function elapsed(ms: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const seconds = ms / 1_000;
  const rest = (seconds % 60).toFixed(3).padStart(6, '0');
  return `${two(Math.floor(seconds / 3_600))}:${two(Math.floor(seconds / 60) % 60)}:${rest}`;
}
