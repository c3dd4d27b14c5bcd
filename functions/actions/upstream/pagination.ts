import * as z from 'zod';
import { PATH_FORM } from './read-path.ts';

const parameter = z.string().min(1).max(100).describe('Name of a query parameter');

/** A path in an upstream's body. */
export const bodyPath = z.string().min(1).max(200);

/** How an upstream's list is paged, by `kind`. */
export const paginationSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }).describe('The list is one page'),
  z.strictObject({ kind: z.literal('link_header') }).describe('Follows Link: <…>; rel="next", on the same origin only'),
  z
    .strictObject({
      kind: z.literal('next_url'),
      url_path: bodyPath.describe(`Where the body has the next page's URL, such as links.next; ${PATH_FORM}`),
    })
    .describe('Follows a URL in the body, whole or relative, on the same origin only; ends where it is absent or null'),
  z
    .strictObject({
      kind: z.literal('cursor'),
      cursor_path: bodyPath.describe(`Where the next cursor is in the body, such as meta.next; ${PATH_FORM}`),
      cursor_param: parameter,
    })
    .describe('Ends where the cursor is absent, null, false or empty'),
  z
    .strictObject({
      kind: z.literal('page'),
      param: parameter,
      start: z.int().min(0).optional().describe('The first page; absent: the number in the URL, else 1'),
    })
    .describe('Ends at the first empty page'),
  z
    .strictObject({
      kind: z.literal('offset'),
      param: parameter,
      start: z.int().min(0).optional().describe("The first item's offset; absent: the number in the URL, else 0"),
      limit_param: parameter,
      limit: z.int().min(1).max(10_000),
    })
    .describe('Goes on by as many items as came; ends at the first empty page'),
]);

export type Pagination = z.output<typeof paginationSchema>;

/** Statuses about the caller or the moment, not about the list: as an end they would hide that the list was cut off. */
const NEVER_AN_END: ReadonlySet<number> = new Set([401, 403, 407, 408, 425, 429]);

/** Whether `stop.statuses` may name a status. */
export function mayEndList(status: number): boolean {
  return status >= 400 && status <= 499 && !NEVER_AN_END.has(status);
}

/** What else ends an upstream's list, besides what its pagination says. */
export const stopSchema = z
  .strictObject({
    statuses: z
      .array(
        z
          .int()
          .min(400)
          .max(499)
          .refine((status) => !NEVER_AN_END.has(status), {
            error: 'must not be 401, 403, 407, 408, 425 or 429: they say nothing of the list',
          }),
      )
      .max(20)
      .default([])
      .describe('Statuses of an answer past the last page, such as 404; on the first page they are an error'),
    has_more_path: bodyPath
      .optional()
      .describe('Where the body says whether more follows, such as has_more; false, "false", null and 0 there say no'),
    empty_page: z.boolean().default(false).describe('An empty page ends the list, though it names a next page'),
    repeated_page: z
      .boolean()
      .default(false)
      .describe(
        'A page identical to the one before or the first ends the list and is left out; otherwise it is an error',
      ),
    no_next: z
      .boolean()
      .default(false)
      .describe('A first page without a next page ends the list, though it is full or shows signs of more'),
  })
  .describe('What else ends the list');

export type Stop = z.output<typeof stopSchema>;
