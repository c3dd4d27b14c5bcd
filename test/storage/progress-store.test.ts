import { expect, it } from 'vitest';
import { createProgressStore } from '../../shared/storage/progress-store.ts';
import { Table } from '../../shared/storage/table.ts';
import type { PageRecord } from '../../shared/domain/page.ts';
import { clientOf, openEngine, TABLE_NAME } from '../support/open-table.ts';

const NOW = Date.UTC(2026, 0, 5, 12);

it('a page that was recorded is seen by whoever asks for it next, though other reads may be old', async () => {
  const table = new Table(clientOf(openEngine({ now: () => NOW, chaos: { seed: 1 } })), TABLE_NAME, {
    now: () => NOW,
    after: () => () => undefined,
  });
  const nowhere = () => Promise.reject(new Error('nothing is large'));
  const store = createProgressStore(table, { put: nowhere, get: nowhere });
  for (let input = 0; input < 100; input += 1) {
    const pageRecord: PageRecord = {
      runUid: 'run',
      input,
      page: 0,
      outcome: { kind: 'RESULT', count: 1, nextCursor: null, last: true, parts: 1, info: null },
      cursor: null,
      results: 1,
      callbacks: 1,
      tries: 0,
      epoch: 1,
      attempt: 1,
      by: 'me',
      at: NOW,
      version: 1,
    };
    await store.putPageRecord(pageRecord, [input], NOW, 0);
    expect(await store.readPageRecord('run', input, 0)).toMatchObject({ input, by: 'me' });
    expect(await store.readLastPageRecord('run', input)).toMatchObject({ input, by: 'me' });
  }
});
