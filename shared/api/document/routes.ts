import * as z from 'zod';
import type { Route } from '../route.ts';

export const DOCUMENT_ROUTES = [
  {
    operation: 'getOpenapi',
    method: 'GET',
    path: '/v1/openapi.json',
    function: 'runs',
    scope: null,
    summary: 'Get the OpenAPI document',
    description: 'The OpenAPI 3.1 description of this API. It needs no API key.',
    document: true,
    success: {
      status: 200,
      description: 'The OpenAPI document.',
      schema: z.looseObject({ openapi: z.literal('3.1.0') }),
      headers: {
        ETag: 'Identifies this version of the document. Send it as `If-None-Match` to get a 304 while it is current',
        'Cache-Control': 'How long the document may be served from a cache',
      },
    },
    errors: [],
  },
] as const satisfies readonly Route[];
