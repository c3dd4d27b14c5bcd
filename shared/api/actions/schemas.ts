import * as z from 'zod';
import { actionMode, pagingMode } from '../enums.ts';
import { actionName, jsonObject, strict } from '../fields.ts';

/** What a consumer must know to call an action. */
export const actionDescription = strict({
  name: actionName.describe('The name of the action, as used in paths'),
  title: z.string(),
  description: z.string(),
  modes: z.array(actionMode).describe('The ways in which the action can be run'),
  page_size: z.int().min(1).describe('The number of results on a full page'),
  max_results: strict({
    default: z.int().min(1).describe('Used if `parameters.max_results` is absent'),
    ceiling: z.int().min(1).describe('The largest value that `parameters.max_results` may have'),
  })
    .meta({ id: 'MaxResults' })
    .describe('The number of results per input in async and scheduled runs'),
  pages_by: pagingMode,
  pace: strict({
    calls: z.int().min(1).describe('The most calls of the action within `per_ms`'),
    per_ms: z.int().min(1),
    min_gap_ms: z.int().min(0).describe('The least time between two calls'),
    by_input: z.boolean().describe('Whether the action counts inputs apart by what they have, not all together'),
  })
    .meta({ id: 'Pace' })
    .nullable()
    .describe('How often the workspace calls the action at most; calls beyond it wait. Null: as often as it can'),
  input_schema: jsonObject.describe('JSON Schema of an input'),
  parameters_schema: jsonObject.describe('JSON Schema of `parameters`'),
  result_schema: jsonObject.describe('JSON Schema of a result'),
}).meta({ id: 'Action', description: 'Code of this deployment that returns the results of one page for one input.' });
