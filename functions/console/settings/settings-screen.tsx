import type { ComponentChildren } from 'preact';
import { Page, Facts } from '../design/page.tsx';
import { Time } from '../design/time.tsx';
import { useSession } from '../session/session.ts';
import { Keys } from './keys.tsx';
import { Notifications } from './notifications.tsx';
import { SigningSecrets } from './signing-secrets.tsx';
import { Usage } from './usage.tsx';

/** The workspace, this key, and what both may do. */
export function SettingsScreen() {
  const { me, can } = useSession();
  const { key, workspace, limits } = me;
  return (
    <Page title="Settings">
      <div class="two">
        <Section title="Who you are">
          <Facts
            facts={[
              ['Workspace', workspace.name],
              ['Stage', `${me.stage} · ${me.version}`],
              ['Key', key.label],
              ['May', key.scopes.join(', ')],
              ['Key made', <Time key="made" at={key.created_at} />],
              ['Key expires', key.expires_at === null ? 'never' : <Time key="expires" at={key.expires_at} />],
            ]}
          />
        </Section>
        <Section title="Limits">
          <Facts
            facts={[
              ['Runs at once', limits.runs_at_once.toLocaleString('en')],
              ['Inputs at once in a run', limits.inputs_in_flight.toLocaleString('en')],
              ...(['live', 'launch', 'read'] as const).map(
                (kind) =>
                  [`Calls a second, ${kind}`, `${limits[kind].per_second}, burst ${limits[kind].burst}`] as const,
              ),
              ...Object.entries(limits.quotas).map(
                ([name, value]) =>
                  [
                    `Quota: ${name.replaceAll('_', ' ')}`,
                    value === null ? 'no limit' : Number(value).toLocaleString('en'),
                  ] as const,
              ),
            ]}
          />
        </Section>
      </div>
      {can('read') ? (
        <Section title="Usage">
          <Usage />
        </Section>
      ) : null}
      {can('admin') ? (
        <Section title="API keys">
          <Keys />
        </Section>
      ) : null}
      {can('manage') ? (
        <Section title="Notifications">
          <Notifications />
        </Section>
      ) : null}
      {can('manage') ? (
        <Section title="Signing secret">
          <SigningSecrets mayRotate={can('admin')} />
        </Section>
      ) : null}
    </Page>
  );
}

function Section({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <section class="card">
      <h2>{title}</h2>
      {children}
    </section>
  );
}
