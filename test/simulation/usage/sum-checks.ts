import { USAGE_PREFIX } from '../../../shared/storage/keys.ts';
import { dayFromItem } from '../../../shared/storage/usage-store.ts';
import type { StepCheck } from '../checks/step-check.ts';
import { toItem, type WireItem } from '../mirror.ts';

/** What each write of a day's usage must keep. */
export const SUM_STEP_CHECKS: readonly StepCheck[] = [
  {
    name: 'sumsGoOn',
    proves: 'Each write of the usage of a day adds runs that come after those that it had.',
    check({ pk, sk, before, after }) {
      if (!sk.startsWith(USAGE_PREFIX) || before === null || after === null) return null;
      const [was, is] = [throughOf(before), throughOf(after)];
      return is > was ? null : `${sk} of ${pk} was summed up to ${was}, and then up to ${is}`;
    },
  },
];

/** Up to which run a day is summed, in their order. */
function throughOf(item: WireItem): string {
  const { createdAt, uid } = dayFromItem(toItem(item)).through;
  return `${createdAt} ${uid}`;
}
