import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { printTypes } from '../../shared/client/print-types.ts';

const DOCUMENT = join(import.meta.dirname, '../../shared/api/openapi.json');

// After a change of the document: npx vitest run test/guards/client-types.test.ts --update
it("the client's types are what the document says", async () => {
  const printed = printTypes(JSON.parse(readFileSync(DOCUMENT, 'utf8')));
  await expect(printed).toMatchFileSnapshot('../../shared/client/api-types.ts');
});
