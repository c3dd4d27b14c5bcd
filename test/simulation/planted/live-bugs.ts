import type { PlantedBug } from './planted-bug.ts';

const LIVE = 'shared/engine/live';
const STORES = 'shared/storage';

/** Bugs of live calls that wait, have keys, and are followed page by page. */
export const LIVE_BUGS: readonly PlantedBug[] = [
  {
    name: 'handed-over-though-ended',
    file: `${STORES}/control-notes.ts`,
    scenario: 'live',
    find: "condition: '#status = :running AND execution_mode = :live AND epoch = :epoch AND updated_at = :before'",
    replace: "condition: '(#status = :running OR execution_mode = :live) AND epoch = :epoch AND updated_at >= :before'",
  },
  {
    name: 'sweep-hands-nothing-over',
    file: 'shared/engine/sweep/check-run.ts',
    scenario: 'live',
    find: 'const control = await handOver(ports, stored);',
    replace: 'const control = stored;',
  },
  {
    name: 'waited-page-is-the-first',
    file: 'shared/engine/pages/call-page.ts',
    scenario: 'live-calm',
    find: '...(definition.livePage === null\n',
    replace: '...(definition.livePage?.boundTo !== message.runUid\n',
  },
  {
    name: 'answer-told-before-it-is-kept',
    file: `${LIVE}/answer-live.ts`,
    scenario: 'live-calm',
    find: '{ uid, kept: isKeyed }',
    replace: '{ uid, kept: false }',
  },
  {
    name: 'key-kept-after-a-refusal',
    file: 'shared/engine/once-by-key.ts',
    scenario: 'live-calm',
    find: 'ERROR_CATALOGUE[error.label].status < 500',
    replace: 'ERROR_CATALOGUE[error.label].status < 400',
  },
  {
    name: 'link-to-the-same-page',
    file: 'shared/api/launches/live-cursor.ts',
    scenario: 'live-calm',
    find: 'const data = { cursor: nextCursor, page: page.number + 1 };',
    replace: 'const data = { cursor: nextCursor, page: Math.max(1, page.number) };',
  },
  {
    name: 'live-runs-are-stopped',
    file: 'shared/engine/runs/stop-run.ts',
    scenario: 'live-calm',
    find: "if (control.mode === 'LIVE' || moveFrom(",
    replace: 'if (moveFrom(',
  },
  {
    name: 'own-run-told-though-another-stands',
    file: `${LIVE}/run-live.ts`,
    scenario: 'live',
    find: 'if (kept && !isFirst) return null;',
    replace: '',
  },
];
