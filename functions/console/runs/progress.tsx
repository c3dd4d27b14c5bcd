import type { InputCounts } from '../../../shared/client/trireme.ts';

/** How far a run's inputs are, as one bar: done, failed, at work, and what is left. */
export function ProgressBar({ inputs }: { readonly inputs: InputCounts }) {
  const { total, succeeded, failed, stopped, running } = inputs;
  const parts = [
    ['good', succeeded],
    ['bad', failed],
    ['quiet', stopped],
    ['busy', running],
  ] as const;
  const all = Math.max(1, total ?? 0);
  let from = 0;
  return (
    <svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" role="img" aria-label={progressText(inputs)}>
      {parts.map(([part, count]) => {
        const x = from;
        const width = (100 * count) / all;
        from += width;
        return count === 0 ? null : <rect key={part} data-part={part} x={x} y="0" width={width} height="1" />;
      })}
    </svg>
  );
}

export function progressText({ total, succeeded, failed, stopped }: InputCounts): string {
  if (total === null) return 'The inputs are being counted';
  const done = (succeeded + failed + stopped).toLocaleString('en');
  return `${done} of ${total.toLocaleString('en')} inputs done${failed === 0 ? '' : `, ${failed.toLocaleString('en')} failed`}`;
}
