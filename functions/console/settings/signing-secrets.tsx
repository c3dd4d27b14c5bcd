import { useState } from 'preact/hooks';
import type { SigningSecrets as Secrets } from '../../../shared/client/trireme.ts';
import { useAct } from '../data/use-act.ts';
import { Button } from '../design/button.tsx';
import { Code } from '../design/copy.tsx';
import { Confirm } from '../design/dialog.tsx';
import { ErrorNotice } from '../design/notice.tsx';
import { Time } from '../design/time.tsx';
import { useSession } from '../session/session.ts';

/** What callbacks are signed with: hidden until it is asked for, and rotated with an overlap of a day. */
export function SigningSecrets({ mayRotate }: { readonly mayRotate: boolean }) {
  const { client } = useSession();
  const act = useAct();
  const [secrets, setSecrets] = useState<Secrets['secrets'] | null>(null);
  const [isAsking, setAsking] = useState(false);
  return (
    <div class="stack">
      <p class="muted">A receiver checks with it that a callback is from here.</p>
      {(secrets ?? []).map(({ secret, created_at: created, expires_at: expires }) => (
        <div key={secret} class="stack">
          <Code label="Signing secret" text={secret} />
          <p class="hint">
            Since <Time at={created} />
            {expires === null ? '' : ', signs until '}
            {expires === null ? null : <Time at={expires} isFull />}
          </p>
        </div>
      ))}
      <div class="buttons">
        {secrets === null ? (
          <Button
            isBusy={act.isBusy}
            onClick={() => void act.run(async () => setSecrets(await client.signingSecrets()))}
          >
            Show it
          </Button>
        ) : (
          <Button onClick={() => setSecrets(null)}>Hide it</Button>
        )}
        {mayRotate ? (
          <Button kind="danger" onClick={() => setAsking(true)}>
            Rotate…
          </Button>
        ) : null}
      </div>
      {isAsking ? (
        <Confirm
          title="Rotate the signing secret?"
          verb="Make a new secret"
          act={act}
          onConfirm={() =>
            void act.run(async () => {
              setSecrets(await client.rotateSigningSecret());
              setAsking(false);
            })
          }
          onClose={() => setAsking(false)}
        >
          For 24 hours callbacks carry both signatures: give the new secret to every receiver in that time.
        </Confirm>
      ) : (
        <ErrorNotice error={act.error} />
      )}
    </div>
  );
}
