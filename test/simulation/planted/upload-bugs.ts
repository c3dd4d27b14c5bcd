import type { PlantedBug } from './planted-bug.ts';

const LAUNCH = 'shared/engine/launch';
const DOMAIN = 'shared/domain';
const STORES = 'shared/storage';

/** Bugs of uploads: their launches, their intake, the chunks in which their inputs lie. */
export const UPLOAD_BUGS: readonly PlantedBug[] = [
  {
    name: 'upload-good-for-two-runs',
    file: `${STORES}/upload-store.ts`,
    scenario: 'uploads',
    find: "'attribute_exists(pk) AND (attribute_not_exists(run_uid) OR run_uid IN (:run, :instead))'",
    replace:
      "'attribute_exists(pk) AND (attribute_not_exists(run_uid) OR run_uid IN (:run, :instead) OR used_at <= :at)'",
  },
  {
    name: 'uploads-of-all-workspaces-in-one-place',
    file: `${STORES}/keys.ts`,
    scenario: 'uploads-calm',
    find: 'upload: (workspaceUid: string, uid: string): Key => ({ pk: `W#${workspaceUid}`,',
    replace: 'upload: (_: string, uid: string): Key => ({ pk: `W#uploads`,',
  },
  {
    name: 'count-before-chunks',
    file: `${LAUNCH}/intake-run.ts`,
    scenario: 'uploads',
    find: '  if (last !== null) pending.push(last);\n',
    replace:
      '  if (last !== null) pending.push(last);\n  await ports.runs.noteInputs(control.uid, inputs);\n  await ports.runs.countInputs(control.uid, control.epoch, { now: ports.clock.now(), inputsTotal: inputs });\n',
  },
  {
    name: 'counted-and-not-sent-on',
    file: `${LAUNCH}/intake-run.ts`,
    scenario: 'uploads-calm',
    find: '    await begin(ports, control);\n',
    replace: '    return;\n',
  },
  {
    name: 'chunk-begins-with-the-last-of-the-one-before',
    file: `${DOMAIN}/chunk-inputs.ts`,
    scenario: 'uploads-calm',
    find: 'open = { first: next, inputs: [] };',
    replace: 'open = { first: Math.max(0, next - 1), inputs: [] };',
  },
  {
    name: 'large-chunks-in-one-object',
    file: `${STORES}/input-chunks.ts`,
    scenario: 'uploads-calm',
    find: 'return `inputs/${runUid}/${first}-${hash(',
    replace: 'return `inputs/${runUid}` || `${first}-${hash(',
  },
  {
    name: 'large-chunk-not-waited-for',
    file: `${STORES}/input-chunks.ts`,
    scenario: 'uploads',
    find: 'await objects.put(object, packed);',
    replace: 'void objects.put(object, packed).catch(() => undefined);',
  },
  {
    name: 'a-character-goes-with-the-carriage-return',
    file: `${DOMAIN}/split-lines.ts`,
    scenario: 'uploads-calm',
    find: 'bytes.at(-1) === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length',
    replace: 'bytes.length > 1 && bytes.at(-1) === CARRIAGE_RETURN ? bytes.length - 2 : bytes.length',
  },
  {
    name: 'last-line-without-an-end-forgotten',
    file: `${LAUNCH}/intake-run.ts`,
    scenario: 'uploads-calm',
    find: '  for (const line of splitter.end()) addLine(line);\n',
    replace: '',
  },
  {
    name: 'bad-line-counted-as-good',
    file: `${LAUNCH}/intake-run.ts`,
    scenario: 'uploads-calm',
    find: 'if (faults.length > 0) bad += 1;',
    replace: 'if (faults.length > 1) bad += 1;',
  },
  {
    name: 'no-good-line-is-no-matter',
    file: `${LAUNCH}/intake-run.ts`,
    scenario: 'uploads-calm',
    find: "(onInvalidInput === 'skip' && bad < inputs)",
    replace: "onInvalidInput === 'skip'",
  },
  {
    name: 'finished-speaks-of-what-came-later',
    file: 'shared/engine/callbacks/build-body.ts',
    scenario: 'uploads',
    find: 'const { input: only } = record;',
    replace:
      "const only = record.payload.type === 'run.finished' ? (definition.inputsTotal === 1 ? 0 : null) : record.input;",
  },
  {
    name: 'url-good-for-two-hours',
    file: `${LAUNCH}/open-upload.ts`,
    scenario: 'uploads-calm',
    find: 'UPLOAD_PUT_MS / 1_000, contentLength);',
    replace: '(2 * UPLOAD_PUT_MS) / 1_000, contentLength);',
  },
];
