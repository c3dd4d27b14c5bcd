import type { PlantedBug } from './planted-bug.ts';

const BULK = 'shared/engine/bulk';

/** Marks, conditions and repeats of bulks taken out. */
export const BULK_BUGS: readonly PlantedBug[] = [
  {
    name: 'bulk-lists-as-it-works',
    file: 'shared/storage/bulk-store.ts',
    find: 'expires_at: expiresAt }, ABSENT);',
    replace: 'expires_at: expiresAt });',
    scenario: 'bulk',
  },
  {
    name: 'bulk-counts-a-step-twice',
    file: 'shared/storage/bulk-store.ts',
    find: "expression: '#version = :before',",
    replace: "expression: '#version = :before OR attribute_exists(pk)',",
    scenario: 'bulk',
  },
  {
    name: 'bulks-take-turns-at-will',
    file: `${BULK}/step-bulk.ts`,
    find: 'if (other !== null && !isOver(other.status)) return false;',
    replace: 'if (other === null) return false;',
    scenario: 'bulk',
  },
  {
    name: 'cancelled-bulk-goes-on',
    file: 'shared/domain/bulk.ts',
    find: 'const kept = isOver(bulk.status) ? { status: bulk.status } : {};',
    replace: 'const kept = {};',
    scenario: 'bulk',
  },
];
