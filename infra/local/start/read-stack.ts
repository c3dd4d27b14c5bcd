import { ROOT } from '../build/project.ts';

/** What a person needs of a stack. */
export interface StackSummary {
  /** The error's name and message, in one line. */
  readonly error: string;
  /** `functions/actions/ship.ts:12:3`: the first line of the project's own code, else the first of any; null: none. */
  readonly place: string | null;
}

/** Reads a stack as V8 writes it. */
export function readStack(stack: string): StackSummary {
  const lines = stack.split('\n');
  const firstFrame = lines.findIndex((line) => /^\s+at /.test(line));
  const message = firstFrame === -1 ? lines : lines.slice(0, firstFrame);
  const frames = firstFrame === -1 ? [] : lines.slice(firstFrame);
  const places = frames.flatMap((frame) => /\(?((?:file:\/\/)?\/[^()]+:\d+:\d+)\)?$/.exec(frame.trim())?.[1] ?? []);
  const paths = places.map((place) => place.replace(/^file:\/\//, ''));
  const own = paths.find((path) => path.startsWith(`${ROOT}/`) && !path.includes('/node_modules/'));
  return {
    error: message.map((line) => line.trim()).join(' '),
    place: own?.slice(ROOT.length + 1) ?? paths[0] ?? null,
  };
}
