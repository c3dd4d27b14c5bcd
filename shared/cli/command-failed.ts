/** 1: it failed. 2: it was called wrongly. 3: it worked, and the run did not succeed. 130: it was interrupted. */
export type ExitCode = 1 | 2 | 3 | 130;

/** A command ends with this exit code; the message is printed, and a line for each thing that can be done next. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  readonly exitCode: ExitCode;
  readonly next: readonly string[];

  constructor(exitCode: ExitCode, message: string, cause?: unknown, next: readonly string[] = []) {
    super(message, cause === undefined ? undefined : { cause });
    this.exitCode = exitCode;
    this.next = next;
  }
}

/** A command line that is wrong in a way that only its command can tell. */
export function usageError(message: string): CommandFailed {
  return new CommandFailed(2, message);
}
