import * as z from 'zod';
import { actionName, jsonObject, strict } from '../fields.ts';

/** What a consumer must know to call an action. */
export const actionDescription = strict({
  name: actionName,
  title: z.string(),
  description: z.string(),
  modes: z.array(z.enum(['live', 'async', 'schedule'])),
  page_size: z.int().min(1),
  max_results: strict({ default: z.int().min(1), ceiling: z.int().min(1) }),
  pages_by: z.enum(['cursor', 'cursor_or_number']),
  input_schema: jsonObject,
  parameters_schema: jsonObject,
  result_schema: jsonObject,
}).meta({ id: 'Action' });
