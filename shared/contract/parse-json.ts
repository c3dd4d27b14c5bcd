import { EngineError } from '../domain/errors.ts';
import { jsonDepth } from '../domain/json-depth.ts';
import { LIMITS } from '../domain/limits.ts';
import { locateJsonFault } from '../domain/locate-json-fault.ts';

/** Parses a body's text. BAD_INPUT says where it stops being JSON, or that it nests deeper than the limit. */
export function parseJson(text: string): unknown {
  // Depth first: it is the cheaper look, and a text of nothing but brackets is not worth parsing.
  if (jsonDepth(text) > LIMITS.jsonDepth) {
    throw badBody(`objects and lists nest deeper than ${LIMITS.jsonDepth} levels`);
  }
  return parse(text);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const fault = locateJsonFault(text);
    if (fault === null) throw error;
    throw badBody(`not JSON at line ${fault.line}, column ${fault.column}; expected ${fault.expected}`, error);
  }
}

function badBody(message: string, cause?: unknown): EngineError {
  return new EngineError('BAD_INPUT', `body: ${message}`, { validationErrors: [{ path: '', message }] }, { cause });
}
