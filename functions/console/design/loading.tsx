import { useEffect, useState } from 'preact/hooks';

const SLOW_MS = 4_000;

/** The place of what is being read; says so when it takes long. */
export function Loading({ rows = 3 }: { readonly rows?: number }) {
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), SLOW_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div class="loading" role="status">
      <span class="unseen">Loading</span>
      {Array.from({ length: rows }, (_, row) => (
        <span key={row} class="bone" />
      ))}
      {isSlow ? <p class="hint">The API is slow to answer; this goes on by itself.</p> : null}
    </div>
  );
}
