import type { Item } from './item.ts';
import type { TableDefinition } from './table.ts';

/** A `ClientRequestToken` that was used. */
export interface UsedToken {
  readonly token: string;
  /** Digest of the request it came with. */
  readonly digest: string;
  readonly at: number; // epoch ms
}

/** An item as stored, or the key of one that is gone. */
export type LoggedItem =
  | { readonly table: string; readonly put: Item }
  | { readonly table: string; readonly gone: Item };

/** One line of the log, applied as a whole. Indexes are not logged: they follow from the items. */
export type LogRecord =
  | { readonly kind: 'table'; readonly definition: TableDefinition }
  | { readonly kind: 'drop'; readonly table: string }
  | { readonly kind: 'ttl'; readonly table: string; readonly attribute: string | null }
  | { readonly kind: 'items'; readonly items: readonly LoggedItem[]; readonly token: UsedToken | null };
