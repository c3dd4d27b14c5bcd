import type { Json } from '../document/components.ts';
import { describeCall } from './describe-call.ts';
import { describeSchemas } from './describe-schemas.ts';
import type { GuideFacts } from './guides/guide-facts.ts';
import { GUIDES } from './guides/guides.ts';
import { callsOf, readDocument } from './read-document.ts';

/** A part of the reference, in Markdown. */
export interface Section {
  /** Where links lead: `/docs#getRun`. */
  readonly id: string;
  readonly title: string;
  readonly text: string;
  /** How it is called, in several languages. */
  readonly samples: string;
  /** Null: it is no call. */
  readonly call: { readonly method: string; readonly path: string } | null;
}

export interface Chapter {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly sections: readonly Section[];
}

/** All that a deployment tells callers, for a page and for texts. */
export interface Reference {
  readonly title: string;
  readonly summary: string;
  readonly url: string;
  readonly chapters: readonly Chapter[];
}

/** The reference of a deployment: guides, the calls of its OpenAPI document by tag, and their types. */
export function buildReference(openapi: Json, { rateLimits }: Pick<GuideFacts, 'rateLimits'>): Reference {
  const document = readDocument(openapi);
  const url = document.servers[0].url.replace(/\/$/, '');
  const calls = callsOf(document);
  const plain = { samples: '', call: null };
  return {
    title: document.info.title,
    summary: document.info.summary,
    url,
    chapters: [
      {
        id: 'guides',
        title: 'Guides',
        text: '',
        sections: GUIDES.map(({ id, title, write }) => ({ id, title, text: write({ url, rateLimits }), ...plain })),
      },
      ...document.tags.map(({ name, description }) => ({
        id: name.toLowerCase(),
        title: name,
        text: description,
        sections: calls
          .filter(({ tags }) => tags.includes(name))
          .map((call) => ({
            id: call.operationId,
            title: call.summary,
            call: { method: call.method, path: call.path },
            ...describeCall(call, document),
          })),
      })),
      {
        id: 'types',
        title: 'Types',
        text: 'What calls take and give, by name.',
        sections: describeSchemas(document).map(({ name, text }) => ({ id: name, title: name, text, ...plain })),
      },
    ],
  };
}
