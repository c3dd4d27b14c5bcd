import type { Action, ActionMode } from '../../../shared/client/trireme.ts';
import { isRecord } from '../data/exact-json.ts';
import { instantOf } from '../data/instants.ts';
import { headersOf } from '../design/header-lines.ts';
import { inputsOfTable, type ParsedInputs, type Target } from './parse-inputs.ts';
import { type Field, objectOf, textOf } from './schema-fields.ts';

/** What is typed so far, all of it as text. */
export interface Draft {
  readonly mode: ActionMode;
  /** One input by its form, or many as a text. */
  readonly isMany: boolean;
  /** The form's fields by name. */
  readonly input: Readonly<Record<string, string>>;
  /** The input where no form can show its schema. */
  readonly json: string;
  readonly many: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, string>>;
}

/** Inputs of an earlier launch that are put into the form; more are too many to read there. */
export const MAX_TAKEN = 1_000;

/** What the form has before anything is typed. `mode`: the wanted one, if the action has it. */
export function emptyDraft(action: Action, mode: string | null): Draft {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const order: readonly ActionMode[] = ['async', 'live', 'schedule'];
  return {
    mode: action.modes.find((one) => one === mode) ?? order.find((one) => action.modes.includes(one)) ?? 'async',
    isMany: false,
    input: {},
    json: '',
    many: '',
    parameters: {},
    options: { on: 'all', on_invalid_input: 'reject', overlap: 'skip', timezone: zone },
  };
}

/** Options of a launch that are texts as they are. */
const PLAIN = ['name', 'on_invalid_input'] as const;

/** The body of the launch that the draft stands for. */
export function bodyOf(
  draft: Draft,
  inputs: readonly Readonly<Record<string, unknown>>[],
  parameterFields: readonly Field[],
): Readonly<Record<string, unknown>> {
  const { mode, options } = draft;
  const parameters = objectOf(parameterFields, draft.parameters);
  const tags = (options['tags'] ?? '')
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
  const common = {
    ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
    ...(tags.length === 0 ? {} : { tags }),
  };
  if (mode === 'live') return { input: inputs[0] ?? {}, ...common };
  const given = (name: string): boolean => (options[name] ?? '') !== '';
  return {
    inputs,
    ...common,
    ...Object.fromEntries(PLAIN.filter(given).map((name) => [name, options[name]])),
    ...(given('callback') ? { callback: callbackOf(options) } : {}),
    ...(given('schedule_at') ? { schedule_at: instantOf(options['schedule_at'] ?? '') } : {}),
    ...(mode === 'schedule'
      ? {
          ...(given('cron') ? { cron: options['cron'] } : {}),
          timezone: options['timezone'] ?? 'UTC',
          overlap: options['overlap'] ?? 'skip',
        }
      : {}),
  };
}

function callbackOf(options: Draft['options']): Readonly<Record<string, unknown>> {
  const headers = headersOf(options['headers'] ?? '');
  return { url: options['callback'], on: options['on'] ?? 'all', ...(headers === null ? {} : { headers }) };
}

/** What an update says: the fields in which a launch differs from before. Null sets one back to its default. */
export function changesOf(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changed = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  return Object.fromEntries(changed.map((name) => [name, after[name] ?? null]));
}

/** The inputs that a draft stands for. */
export function inputsOf(
  draft: Draft,
  fields: readonly Field[] | null,
  parsed: ParsedInputs,
  targets: readonly Target[],
): readonly Readonly<Record<string, unknown>>[] {
  if (!isText(draft, fields)) return fields === null ? [] : [objectOf(fields, draft.input)];
  if (parsed.kind === 'table') return inputsOfTable(parsed, targets, fields);
  return parsed.kind === 'objects' ? parsed.objects : [];
}

/** The text that a draft's inputs are read from; empty where a form has them. */
export function textOfInputs(draft: Draft, fields: readonly Field[] | null): string {
  return isText(draft, fields) ? (isManyOf(draft) ? draft.many : draft.json) : '';
}

export function isManyOf({ isMany, mode }: Draft): boolean {
  return isMany && mode !== 'live';
}

function isText(draft: Draft, fields: readonly Field[] | null): boolean {
  return isManyOf(draft) || fields === null;
}

/** What an earlier launch was started with, as the API shows it. */
export interface EarlierLaunch {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly name: string | null;
  readonly tags: readonly string[];
  readonly callback: { readonly url: string; readonly on: string } | null;
}

/** A draft like an earlier launch; `inputs` are whole, with their custom_data. */
export function draftAfter(
  empty: Draft,
  launch: EarlierLaunch,
  inputs: readonly Readonly<Record<string, unknown>>[],
  options: Readonly<Record<string, string>> = {},
): Draft {
  const [only] = inputs;
  const isMany = inputs.length !== 1 || only === undefined || 'custom_data' in only;
  return {
    ...empty,
    isMany,
    input: isMany ? {} : textsOf(only),
    json: isMany ? '' : JSON.stringify(only, null, 2),
    many: isMany ? inputs.map((input) => JSON.stringify(input)).join('\n') : '',
    parameters: textsOf(launch.parameters),
    options: {
      ...empty.options,
      name: launch.name ?? '',
      tags: launch.tags.join(', '),
      ...(launch.callback === null ? {} : { callback: launch.callback.url, on: launch.callback.on }),
      ...options,
    },
  };
}

function textsOf(values: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, textOf(value)]));
}

/** The schema of parameters as a mode takes it: one page has no `max_results`. */
export function parametersSchemaOf(action: Action, mode: ActionMode): Readonly<Record<string, unknown>> {
  const { parameters_schema: schema } = action;
  if (mode !== 'live' || !isRecord(schema['properties'])) return schema;
  const { max_results: _, ...properties } = schema['properties'];
  return { ...schema, properties };
}
