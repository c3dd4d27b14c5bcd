import type { CityTable } from './read-cities.ts';
import { readCities } from './read-cities.ts';

/** The conditions of a search; a city must satisfy all of them. */
export interface CityQuery {
  readonly country: string | null;
  /** Beginning of the name; case and accents are ignored. */
  readonly name: string | null;
  readonly minPopulation: number;
}

/** The rows of a country in the fixed order, with the folded names by which they are ordered. */
interface CountryIndex {
  readonly rows: Uint32Array;
  readonly keys: readonly string[];
}

let table: CityTable | null = null;
const indexes = new Map<string, CountryIndex>();

/** The data set, read once per process on first use (about 100 ms). */
export function loadCities(): CityTable {
  return (table ??= readCities());
}

const recent = new Map<string, Uint32Array>();
const MAX_RECENT = 8; // at most 8 × 135,233 rows × 4 bytes = 4.3 MB

/** As listMatches, with a cache of the last few answers, so that each further page of a search takes microseconds. */
export function findCities(cities: CityTable, query: CityQuery): Uint32Array {
  const key = JSON.stringify([query.country, query.name, query.minPopulation]);
  const found = recent.get(key) ?? Uint32Array.from(listMatches(cities, query));
  recent.delete(key);
  recent.set(key, found);
  for (const [oldest] of recent) if (recent.size > MAX_RECENT) recent.delete(oldest);
  return found;
}

/**
 * Rows that match, ordered by country code, folded name, city id. By code units, so that the order is the same
 * everywhere.
 */
function listMatches(cities: CityTable, query: CityQuery): number[] {
  const countries = query.country === null ? [...cities.rowsByCountry.keys()].toSorted() : [query.country];
  const prefix = query.name === null ? '' : foldName(query.name);
  return countries.flatMap((country) => {
    const { rows, keys } = countryIndex(cities, country);
    const from = lowerBound(keys, prefix);
    const to = prefix === '' ? rows.length : lowerBound(keys, `${prefix}\uFFFF`);
    const found: number[] = [];
    for (const row of rows.subarray(from, to)) {
      if ((cities.population[row] ?? 0) >= query.minPopulation) found.push(row);
    }
    return found;
  });
}

/**
 * A name in lower case without accents: `Århus` becomes `arhus`. Letters that Unicode does not decompose (ø, ł, ß)
 * stay.
 */
export function foldName(name: string): string {
  return name
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase();
}

function countryIndex(cities: CityTable, country: string): CountryIndex {
  const known = indexes.get(country);
  if (known !== undefined) return known;
  const entries = Array.from(cities.rowsByCountry.get(country) ?? [], (row) => {
    const { cityId, name } = cities.readRow(row);
    return { row, cityId, key: foldName(name) };
  }).toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.cityId - b.cityId));
  const index = { rows: Uint32Array.from(entries, ({ row }) => row), keys: entries.map(({ key }) => key) };
  // Only countries that exist are cached: unknown codes from callers must not make the map grow.
  if (entries.length > 0) indexes.set(country, index);
  return index;
}

/** The first index in ordered keys whose key is not before `key`. */
function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
