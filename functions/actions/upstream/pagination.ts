import * as z from 'zod';

const parameter = z.string().min(1).max(100);

/** How an upstream's list is paged, by `kind`. */
export const paginationSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }).describe('The list is one page'),
  z.strictObject({ kind: z.literal('link_header') }).describe('Follows Link: <…>; rel="next", on the same origin only'),
  z
    .strictObject({
      kind: z.literal('cursor'),
      cursor_path: z.string().min(1).max(200).describe('Where the next cursor is in the body, such as meta.next'),
      cursor_param: parameter,
    })
    .describe('Ends where the cursor is absent, null, false or empty'),
  z
    .strictObject({ kind: z.literal('page'), param: parameter, start: z.int().min(0).default(1) })
    .describe('Ends at the first empty page'),
  z
    .strictObject({
      kind: z.literal('offset'),
      param: parameter,
      limit_param: parameter,
      limit: z.int().min(1).max(10_000),
    })
    .describe('Goes on by as many items as came; ends at the first empty page'),
]);

export type Pagination = z.output<typeof paginationSchema>;
