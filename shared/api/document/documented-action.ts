import type { Json } from './components.ts';

/** What the document says of an action of the deployment. */
export interface DocumentedAction {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly modes: readonly ('live' | 'async' | 'schedule')[];
  readonly pagesBy: 'cursor' | 'cursor_or_number';
  readonly returns: 'list' | 'object';
  readonly maxResults: { readonly default: number };
  /** JSON Schemas; that of the parameters has `max_results` for lists. */
  readonly inputSchema: Json;
  readonly parametersSchema: Json;
  readonly resultSchema: Json;
  readonly example: { readonly input: Json; readonly parameters: Json | null; readonly result: unknown } | null;
}
