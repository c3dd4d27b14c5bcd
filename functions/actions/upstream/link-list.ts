import { isJsonObject } from '../../../shared/domain/lossless-json.ts';

/** The link of a list that says what it leads to: `{rel, href}` as PayPal writes it, `{relation, url}` as FHIR does. */
export function linkByRel(list: readonly unknown[], rel: string): unknown {
  return list.find((link) => {
    if (!isJsonObject(link)) return false;
    const said = Object.hasOwn(link, 'rel') ? link['rel'] : Object.hasOwn(link, 'relation') ? link['relation'] : null;
    return typeof said === 'string' && said.toLowerCase() === rel.toLowerCase();
  });
}

/** The URL of a link that is an object (JSON:API, and the lists above); undefined when it has none. */
export function hrefIn(link: object): unknown {
  const name = ['href', 'url'].find((key) => Object.hasOwn(link, key));
  return name === undefined ? undefined : Reflect.get(link, name);
}
