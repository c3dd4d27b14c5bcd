import * as z from 'zod';
import { LAUNCH_DEFAULTS, type LaunchTerms, MAX_TAGS, type TermsChange } from '../../domain/launch-terms.ts';
import { LONGEST_DEADLINE_DAYS } from '../../domain/timing.ts';
import { invalidInputPolicy } from '../enums.ts';
import { tag } from '../fields.ts';

/*
 * The terms of a launch (domain/launch-terms.ts) on the wire: launches of runs and of schedules take them, updates of
 * schedules change them, runs and schedules show them.
 */

const deadlineSeconds = z
  .int()
  .min(60)
  .max(LONGEST_DEADLINE_DAYS * 86_400)
  .describe('After this time QUEUED or RUNNING the run is STOPPED. Other time does not count');

const tags = z
  .array(tag)
  .max(MAX_TAGS, `must have at most ${MAX_TAGS} tags`)
  .transform((given): readonly string[] => [...new Set(given)])
  .describe(`Words to find it by: at most ${MAX_TAGS}. A repeated one counts once`);

/** In the body of a live call. */
export const liveTermFields = { tags: tags.default([...LAUNCH_DEFAULTS.tags]) } as const;

/** In the body of a launch. */
export const termFields = {
  ...liveTermFields,
  on_invalid_input: invalidInputPolicy.default(LAUNCH_DEFAULTS.onInvalidInput),
  deadline_seconds: deadlineSeconds.default(LAUNCH_DEFAULTS.deadlineSeconds),
} as const;

/** In the body of an update: an absent one keeps its value, null sets it back to its default. */
export const changedTermFields = {
  on_invalid_input: invalidInputPolicy.nullable().optional(),
  deadline_seconds: deadlineSeconds.nullable().optional(),
  tags: tags.nullable().optional(),
} as const;

/** In an answer. */
export const shownTermFields = {
  tags: z.array(z.string()).describe('The words it was given to be found by'),
  on_invalid_input: invalidInputPolicy,
  deadline_seconds: z.int().min(1).describe('After this time QUEUED or RUNNING the run is STOPPED'),
} as const;

type Body<Fields extends z.ZodRawShape> = z.output<z.ZodObject<Fields>>;

export function termsOfBody(body: Body<typeof termFields>): LaunchTerms {
  return { onInvalidInput: body.on_invalid_input, deadlineSeconds: body.deadline_seconds, tags: body.tags };
}

export function termsOfChange(body: Body<typeof changedTermFields>): TermsChange {
  return { onInvalidInput: body.on_invalid_input, deadlineSeconds: body.deadline_seconds, tags: body.tags };
}

export function termsView(terms: LaunchTerms): Body<typeof shownTermFields> {
  return { on_invalid_input: terms.onInvalidInput, deadline_seconds: terms.deadlineSeconds, tags: [...terms.tags] };
}
