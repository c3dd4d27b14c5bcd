import { expect, it } from 'vitest';
import { chooseMediaType } from '../../functions/http/media-type.ts';

const OFFERED = ['application/json', 'application/x-ndjson', 'text/csv'];

it.each<[string | undefined, string]>([
  [undefined, 'application/json'],
  ['', 'application/json'],
  ['*/*', 'application/json'],
  ['text/csv', 'text/csv'],
  ['Text/CSV ; q=1', 'text/csv'],
  ['text/*', 'text/csv'],
  ['text/csv, */*;q=0.1', 'text/csv'],
  ['text/csv;q=0.5, application/json', 'application/json'],
  ['application/x-ndjson, application/json', 'application/x-ndjson'],
  ['application/json;q=0, application/*', 'application/x-ndjson'],
  ['text/html, application/xhtml+xml, */*;q=0.8', 'application/json'],
])('Accept %s is answered with %s', (accept, wanted) => {
  expect(chooseMediaType(accept, OFFERED)).toBe(wanted);
});

it.each(['text/html', 'text/csv;q=0', 'application/json;q=0.0, application/x-ndjson;q=0, text/csv;q=0, */*'])(
  'Accept %s is refused, with what there is',
  (accept) => {
    expect(() => chooseMediaType(accept, OFFERED)).toThrow(
      expect.objectContaining({ label: 'NOT_ACCEPTABLE', message: expect.stringContaining('text/csv') }),
    );
  },
);
