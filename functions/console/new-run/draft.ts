import type { Action, ActionMode } from '../../../shared/client/trireme.ts';
import { isRecord } from '../run/columns.ts';
import { type Field, objectOf } from './schema-fields.ts';

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
    ...(given('callback') ? { callback: { url: options['callback'], on: options['on'] ?? 'all' } } : {}),
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

/** A local time of the reader as an instant; what is none is sent as it is, and refused. */
function instantOf(local: string): string {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? local : at.toISOString();
}

/** The schema of parameters as a mode takes it: one page has no `max_results`. */
export function parametersSchemaOf(action: Action, mode: ActionMode): Readonly<Record<string, unknown>> {
  const { parameters_schema: schema } = action;
  if (mode !== 'live' || !isRecord(schema['properties'])) return schema;
  const { max_results: _, ...properties } = schema['properties'];
  return { ...schema, properties };
}
