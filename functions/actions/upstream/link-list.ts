import { isJsonObject } from '../../../shared/domain/lossless-json.ts';

/**
 * The link with this relation in a list of links: `{rel, href}` as in PayPal's API, or `{relation, url}` as in FHIR.
 */
export function linkByRel(list: readonly unknown[], rel: string): unknown {
  return list.find((link) => {
    if (!isJsonObject(link)) return false;
    const name = Object.hasOwn(link, 'rel') ? link['rel'] : Object.hasOwn(link, 'relation') ? link['relation'] : null;
    return typeof name === 'string' && name.toLowerCase() === rel.toLowerCase();
  });
}

/** The URL of a link that is an object (JSON:API, and the lists above); undefined if it has none. */
export function hrefIn(link: object): unknown {
  const name = ['href', 'url'].find((key) => Object.hasOwn(link, key));
  return name === undefined ? undefined : Reflect.get(link, name);
}
