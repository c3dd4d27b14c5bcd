import type { RunControl } from '../domain/run.ts';
import type { UploadRef } from '../domain/upload.ts';
import { Lru } from '../process/lru.ts';
import { type Item, ItemReader } from './attributes.ts';
import { unpackInputs } from './input-chunks.ts';
import type { DefinitionInHand } from './input-reader.ts';
import { keys } from './keys.ts';
import { definitionFromItem, presentControl } from './run-records.ts';
import type { Table } from './table.ts';

const CACHED_DEFINITIONS = 500;
const CACHED_CONTROLS = 500;

/** Reads definitions and control records of runs, and remembers what this process has read. */
export interface RunMemory {
  /** The definition, from memory if possible. */
  readonly definitionOf: (runUid: string) => Promise<DefinitionInHand | null>;
  readonly fetchDefinition: (runUid: string) => Promise<DefinitionInHand | null>;
  readonly remembersDefinition: (runUid: string) => boolean;
  /** The control record as the table has it. Reads that begin in the same turn of the event loop are one. */
  readonly readControl: (runUid: string) => Promise<RunControl | null>;
  readonly fetchControl: (runUid: string) => Promise<RunControl | null>;
  /** The control record as this process last saw it. */
  readonly lastControl: (runUid: string) => RunControl | undefined;
  readonly noteControl: (control: RunControl) => void;
  readonly forget: (runUid: string) => void;
}

export function createRunMemory(table: Table): RunMemory {
  const definitions = new Lru<DefinitionInHand>(CACHED_DEFINITIONS);
  const controls = new Lru<RunControl>(CACHED_CONTROLS);
  const reading = new Map<string, Promise<RunControl | null>>();
  const defining = new Map<string, Promise<DefinitionInHand | null>>();

  async function definitionOf(runUid: string): Promise<DefinitionInHand | null> {
    const known = definitions.get(runUid);
    if (known !== undefined) return known;
    // The messages of a batch are mostly of one run: they share one read.
    const pending = defining.get(runUid);
    if (pending !== undefined) return pending;
    const fetching = fetchDefinition(runUid).finally(() => defining.delete(runUid));
    defining.set(runUid, fetching);
    return fetching;
  }

  async function fetchDefinition(runUid: string): Promise<DefinitionInHand | null> {
    const item = (await table.get(keys.definition(runUid), 'strong')) ?? (await liveDefinition(runUid));
    if (item === null) return null;
    const read = new ItemReader(item);
    const packed = read.bytesOrNull('inputs');
    const upload = read.stored<UploadRef>('upload');
    const definition = { ...definitionFromItem(item), ...(upload === null ? {} : { upload }) };
    const found = { definition, inputs: packed === null ? null : unpackInputs(packed) };
    // Not cached before the inputs of its upload are counted: until then the definition changes once more.
    if (definition.inputsTotal > 0) definitions.set(runUid, found);
    return found;
  }

  async function liveDefinition(runUid: string): Promise<Item | null> {
    const item = await table.get(keys.control(runUid), 'strong');
    return item !== null && item['parameters'] !== undefined ? item : null;
  }

  async function fetchControl(runUid: string): Promise<RunControl | null> {
    const item = await table.get(keys.control(runUid), 'strong');
    const control = item === null ? null : presentControl(item);
    if (control === null) {
      forget(runUid);
      return null;
    }
    // A later expiry in the control record means that the definition was changed too: the cached one is old.
    if ((definitions.get(runUid)?.definition.expiresAt ?? Infinity) < control.expiresAt) definitions.delete(runUid);
    controls.set(runUid, control);
    return control;
  }

  function readControl(runUid: string): Promise<RunControl | null> {
    // All messages of a batch begin with this read in the same turn of the event loop: they share it.
    const pending = reading.get(runUid);
    if (pending !== undefined) return pending;
    const read = fetchControl(runUid);
    reading.set(runUid, read);
    queueMicrotask(() => reading.delete(runUid));
    return read;
  }

  function forget(runUid: string): void {
    definitions.delete(runUid);
    controls.delete(runUid);
  }

  return {
    definitionOf,
    fetchDefinition,
    remembersDefinition: (runUid) => definitions.get(runUid) !== undefined,
    readControl,
    fetchControl,
    lastControl: (runUid) => controls.get(runUid),
    noteControl: (control) => controls.set(control.uid, control),
    forget,
  };
}
