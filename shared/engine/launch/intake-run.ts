import { createInputChunker, UPLOAD_CHUNK_BYTES } from '../../domain/chunk-inputs.ts';
import { EngineError, FAULTS_TOLD, type ValidationError } from '../../domain/errors.ts';
import { readInputLine } from '../../domain/input-line.ts';
import type { InputChunk, StoredInput } from '../../domain/input.ts';
import { LIMITS } from '../../domain/limits.ts';
import { hasEnded } from '../../domain/run-status.ts';
import type { RunControl, RunDefinition } from '../../domain/run.ts';
import { createLineSplitter, type Line } from '../../domain/split-lines.ts';
import type { UploadRef } from '../../domain/upload.ts';
import type { Action } from '../../sdk/action.ts';
import { concludeRun } from '../runs/finish-run.ts';
import { endAsInvalid } from './invalidate-run.ts';
import type { CorePorts, Ports } from '../ports.ts';
import type { IntakeMessage } from '../messages.ts';
import { readLines } from './read-lines.ts';
import type { UploadObjects } from './upload-ports.ts';

/** The ports of reading an upload. */
export type IntakePorts = CorePorts &
  Pick<Ports, 'actions'> & {
    readonly uploads: Pick<UploadObjects, 'readBytes' | 'unzip'>;
    /** Bytes per read, which an intake has in memory at once; absent: 4 MB. */
    readonly readBytes?: number;
    /** Bytes of lines in one chunk of inputs; absent: {@link UPLOAD_CHUNK_BYTES}. */
    readonly chunkBytes?: number;
  };

const READ_BYTES = 4 * 1024 * 1024;
/** Chunks per write: 640 KB of lines, in memory as inputs besides the bytes read. */
const CHUNKS_A_WRITE = 10;

/**
 * Reads a run's upload line by line, writes its inputs and counts them. The count is the commit: an intake that was cut
 * off starts again and writes the same. A file in which nothing can run, or with `reject` one bad line, makes the run
 * INVALID.
 */
export async function intakeRun(ports: IntakePorts, message: IntakeMessage): Promise<void> {
  const control = await ports.runs.readControl(message.runUid);
  const definition = await ports.runs.readDefinition(message.runUid);
  if (control === null || definition === null || control.epoch !== message.epoch) return;
  if (hasEnded(control.status)) return concludeRun(ports, control, definition); // refused by an earlier delivery
  if (definition.upload === undefined || control.inputsTotal > 0) {
    // Already counted, by a delivery that may have failed before it sent the dispatch. A run that works needs nothing.
    return control.status === 'CREATED' ? begin(ports, control) : undefined;
  }
  const action = ports.actions.get(definition.actionName);
  if (action === null) {
    const gone = new EngineError('ACTION_NOT_FOUND', `The action ${definition.actionName} is no longer available.`);
    return endAsInvalid(ports, control, definition, gone);
  }
  const counted = await takeIn(ports, control, definition, definition.upload, action);
  if (counted === null) return; // cancelled meanwhile
  if (counted instanceof EngineError) return endAsInvalid(ports, control, definition, counted);
  const fault = faultOf(counted, definition);
  // Reading stops at the limit, so the number of lines of a longer file is unknown: 0.
  const inputsTotal = counted.inputs > LIMITS.inputsPerUpload ? 0 : counted.inputs;
  // The definition is written first: once the control record has the count, every reader relies on it.
  await ports.runs.noteInputs(definition.uid, inputsTotal);
  if (fault !== null) return endAsInvalid(ports, control, { ...definition, inputsTotal }, fault);
  const { epoch, uid } = control;
  if (await ports.runs.countInputs(uid, epoch, { now: ports.clock.now(), inputsTotal })) {
    await begin(ports, control);
  }
}

async function begin(ports: CorePorts, { uid, epoch, workspaceUid }: RunControl): Promise<void> {
  await ports.messages.send({ kind: 'dispatch', runUid: uid, epoch }, { workspaceUid });
}

/** What was found in an upload. */
interface Counted {
  readonly inputs: number;
  readonly bad: number;
  /** The first {@link FAULTS_TOLD}. */
  readonly errors: readonly ValidationError[];
}

/** Reads and writes the lines. Null: the run was stopped meanwhile. An error: the file does not have readable lines. */
async function takeIn(
  ports: IntakePorts,
  control: RunControl,
  definition: RunDefinition,
  upload: UploadRef,
  action: Action,
): Promise<Counted | EngineError | null> {
  const { readBytes = READ_BYTES, chunkBytes = UPLOAD_CHUNK_BYTES } = ports;
  const chunker = createInputChunker(chunkBytes);
  const errors: ValidationError[] = [];
  let pending: InputChunk[] = [];
  let inputs = 0;
  let bad = 0;

  function addLine(line: Line): void {
    const stored = readInputLine(line);
    const faults = faultsOfLine(action, stored, line, inputs);
    if (faults.length > 0) bad += 1;
    errors.push(...faults.slice(0, FAULTS_TOLD - errors.length));
    const closed = chunker.add(stored, line.bytes?.length ?? 0);
    if (closed !== null) pending.push(closed);
    inputs += 1;
  }

  async function write(): Promise<void> {
    await ports.runs.writeInputs(control.uid, pending, definition.expiresAt);
    pending = [];
  }

  const splitter = createLineSplitter(LIMITS.inputBytes);
  for await (const part of readLines(ports, control.workspaceUid, upload, readBytes)) {
    if (part instanceof EngineError) return part;
    if (!(await isWanted(ports, control))) return null;
    for (const line of splitter.push(part)) {
      addLine(line);
      if (inputs > LIMITS.inputsPerUpload) return { inputs, bad, errors };
      if (pending.length === CHUNKS_A_WRITE) await write();
    }
  }
  for (const line of splitter.end()) addLine(line);
  const last = chunker.end();
  if (last !== null) pending.push(last);
  await write();
  return (await isWanted(ports, control)) ? { inputs, bad, errors } : null;
}

async function isWanted(ports: CorePorts, { uid, epoch }: RunControl): Promise<boolean> {
  return (await ports.runs.readControl(uid))?.epoch === epoch;
}

function faultsOfLine(
  action: Action,
  stored: StoredInput,
  { number }: Line,
  index: number,
): readonly ValidationError[] {
  if (stored.fault !== undefined) return [{ path: `inputs[${index}]`, message: stored.fault }];
  const parsed = action.parseInput(stored.input);
  if (parsed.ok) return [];
  return parsed.errors.map(({ path, message }) => ({
    path: path === '' ? `inputs[${index}]` : `inputs[${index}].${path}`,
    message: `line ${number}: ${message}`,
  }));
}

/** Why the run is INVALID; null where it can run. */
function faultOf({ inputs, bad, errors }: Counted, { onInvalidInput }: RunDefinition): EngineError | null {
  if (inputs === 0) {
    return new EngineError(
      'BAD_INPUT',
      'The upload has no lines; it must have one JSON object per line, one for each input.',
    );
  }
  if (inputs > LIMITS.inputsPerUpload) {
    const message = `The upload has more than ${LIMITS.inputsPerUpload} lines; split it into several uploads and runs.`;
    return new EngineError('PAYLOAD_TOO_LARGE', message);
  }
  if (bad === 0 || (onInvalidInput === 'skip' && bad < inputs)) return null;
  const [first] = errors;
  const message = `${bad} of ${inputs} lines are invalid. First: ${first === undefined ? '' : `${first.path}: ${first.message}`}`;
  return new EngineError('BAD_INPUT', message, { params: { invalid_lines: bad }, validationErrors: errors });
}
