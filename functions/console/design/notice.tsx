import type { ComponentChildren } from 'preact';
import type { TriremeError } from '../../../shared/client/trireme.ts';
import { Button } from './button.tsx';
import { Icon } from './icons.tsx';
import { Time } from './time.tsx';

/** A sentence that the reader should not miss. */
export function Notice({
  kind = 'info',
  children,
}: {
  readonly kind?: 'info' | 'bad' | 'wait';
  readonly children: ComponentChildren;
}) {
  return (
    <div class="notice" data-kind={kind} role={kind === 'bad' ? 'alert' : 'status'}>
      <Icon shape={kind === 'bad' ? 'warn' : 'clock'} />
      <div>{children}</div>
    </div>
  );
}

/** What each kind of failure means to who looks at the page. */
function headOf(error: TriremeError): string {
  if (error.is('NO_ANSWER')) return 'The API does not answer';
  if (error.is('LIMIT_REACHED')) return 'A limit is reached';
  if (error.is('FORBIDDEN')) return 'This key may not do that';
  if (error.is('NOT_FOUND', 'ACTION_NOT_FOUND')) return 'Not found';
  return error.status >= 500 ? 'The API failed' : 'Refused';
}

export function ErrorNotice({
  error,
  onRetry,
}: {
  readonly error: TriremeError | null;
  readonly onRetry?: () => void;
}) {
  if (error === null) return null;
  return (
    <Notice kind="bad">
      <strong>{headOf(error)}.</strong> {error.message}
      {error.retryAt === null ? null : (
        <>
          {' '}
          Again <Time at={error.retryAt.toISOString()} />.
        </>
      )}
      {error.ref === null ? null : <span class="ref mono"> {error.ref}</span>}
      {onRetry === undefined ? null : (
        <>
          {' '}
          <Button kind="quiet" onClick={onRetry}>
            Try again
          </Button>
        </>
      )}
    </Notice>
  );
}
