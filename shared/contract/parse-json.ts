import { EngineError } from '../domain/errors.ts';
import { LIMITS } from '../domain/limits.ts';
import { locateJsonFault } from './locate-json-fault.ts';

/** Parses a body's text. BAD_INPUT says where it stops being JSON, or that it nests deeper than the limit. */
export function parseJson(text: string): unknown {
  // Depth first: it is the cheaper look, and a text of nothing but brackets is not worth parsing.
  if (depthOf(text) > LIMITS.jsonDepth) {
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

/** The deepest nesting of a JSON text, 1 for a flat object; some number where the text is no JSON. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') deepest = Math.max(deepest, ++depth);
    else if (character === '}' || character === ']') depth -= 1;
  }
  return deepest;
}

function badBody(message: string, cause?: unknown): EngineError {
  return new EngineError('BAD_INPUT', `body: ${message}`, { validationErrors: [{ path: '', message }] }, { cause });
}
