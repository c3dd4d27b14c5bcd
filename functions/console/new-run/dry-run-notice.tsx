import type { DryRun } from '../../../shared/client/trireme.ts';
import { Notice } from '../design/notice.tsx';
import { spanText } from '../design/time.tsx';

/** What the launch would do, without having done it. */
export function DryRunNotice({ dryRun }: { readonly dryRun: DryRun }) {
  const { valid, invalid, estimate, would_wait: reason, warnings = [] } = dryRun;
  const parts = [
    estimate.pages === null ? null : `about ${estimate.pages.toLocaleString('en')} pages`,
    estimate.seconds === null ? null : `about ${spanText(estimate.seconds * 1_000)}`,
    estimate.usd === null
      ? null
      : `about $${estimate.usd < 0.01 ? estimate.usd.toPrecision(1) : estimate.usd.toFixed(2)}`,
  ].filter((part) => part !== null);
  return (
    <Notice kind={(invalid ?? 0) > 0 ? 'bad' : 'info'}>
      <strong>
        {valid?.toLocaleString('en') ?? '?'} valid, {invalid?.toLocaleString('en') ?? '?'} invalid.
      </strong>{' '}
      {parts.length === 0 ? null : `${parts.join(', ')}. `}
      {reason === null ? 'It would start at once.' : `It would wait: ${reason.message}`}
      {warnings.map(({ message }) => (
        <p key={message}>{message}</p>
      ))}
    </Notice>
  );
}
