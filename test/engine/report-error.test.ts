import { expect, test } from 'vitest';
import { EngineError } from '../../shared/domain/errors.ts';
import { reportError } from '../../shared/engine/report-error.ts';

const nothing = (): void => undefined;
const ports = {
  random: {
    uuid: () => '00000000-0000-4000-8000-000000000001',
    fraction: () => 0,
    bytes: (n: number) => Buffer.alloc(n),
  },
  log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
};

/** An item of the table holds 400 KB, a callback 256 KB. */
const FITS = 200_000;

test.each([
  ['a message', 300_000, 0, 0],
  ['faults', 10, 100_000, 100],
  ['many faults', 10, 10, 100_000],
])('%s of any length becomes a record that can be kept and sent', (_, message, each, count) => {
  const validationErrors = Array.from({ length: count }, (_, n) => ({
    path: `${n}${'€'.repeat(each)}`,
    message: '€'.repeat(each),
  }));
  const error = new EngineError('ACTION_FAILED', '€'.repeat(message), { validationErrors });
  const record = reportError(ports, error, {});
  expect(Buffer.byteLength(JSON.stringify(record))).toBeLessThan(FITS);
  expect(record.message.length).toBe(Math.min(message, 4_001));
  expect(record.validation_errors?.[0]?.path.startsWith('0€')).toBe(count === 0 ? undefined : true);
});

test('what is short is kept as it is', () => {
  const validationErrors = [{ path: 'a', message: 'b' }];
  const record = reportError(ports, new EngineError('BAD_INPUT', 'short', { validationErrors }), {});
  expect(record).toMatchObject({ message: 'short', validation_errors: validationErrors });
});
