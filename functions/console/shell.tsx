import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { ActionsScreen } from './actions/actions-screen.tsx';
import { CallbackScreen } from './callbacks/callback-screen.tsx';
import { CallbacksScreen } from './callbacks/callbacks-screen.tsx';
import { Logo } from './design/icons.tsx';
import { Page } from './design/page.tsx';
import { NewRunScreen } from './new-run/new-run-screen.tsx';
import { Link } from './routing/link.tsx';
import { hrefOf, type Route, useRoute } from './routing/route.ts';
import { RunScreen } from './run/run-screen.tsx';
import { RunsScreen } from './runs/runs-screen.tsx';
import { ChangeScheduleScreen } from './schedules/change-screen.tsx';
import { ScheduleScreen } from './schedules/schedule-screen.tsx';
import { SchedulesScreen } from './schedules/schedules-screen.tsx';
import { useSession } from './session/session.ts';
import { SettingsScreen } from './settings/settings-screen.tsx';

const NAVIGATION = [
  ['runs', 'Runs'],
  ['new', 'New run'],
  ['schedules', 'Schedules'],
  ['callbacks', 'Callbacks'],
  ['actions', 'Actions'],
  ['settings', 'Settings'],
] as const;

/** What surrounds every screen. */
export function Shell() {
  const route = useRoute();
  const { me, can, leave } = useSession();
  const path = route.parts.join('/');
  const [first = 'runs'] = route.parts;
  const shownPath = useRef(path);
  // A reader without a pointer goes on in the screen that was asked for.
  useEffect(() => {
    if (shownPath.current !== path) document.querySelector<HTMLElement>('#main')?.focus({ preventScroll: true });
    shownPath.current = path;
  }, [path]);
  return (
    <div class="shell">
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="side">
        <p class="brand">
          <Link href={hrefOf('/runs')}>
            <Logo /> Trireme
          </Link>
        </p>
        <nav aria-label="Screens">
          {NAVIGATION.filter(([path]) => path !== 'new' || can('run')).map(([path, title]) => (
            <Link key={path} href={hrefOf(`/${path}`)} isCurrent={path === first}>
              {title}
            </Link>
          ))}
          <a href="/docs">API reference</a>
        </nav>
        <div class="who">
          <p>
            <strong>{me.workspace.name}</strong>
            <span>
              {me.stage} · {me.version}
            </span>
          </p>
          <p title={me.key.scopes.join(', ')}>Key: {me.key.label}</p>
          <button type="button" class="copy" onClick={() => leave(null)}>
            Use another key
          </button>
        </div>
      </header>
      {can('read') ? screenOf(route) : <MayNotRead />}
    </div>
  );
}

function MayNotRead() {
  return (
    <Page title="This key may not read">
      <p>The console shows what a key with the scope read may see. Use another key.</p>
    </Page>
  );
}

function screenOf({ parts: [first = 'runs', uid, verb], query }: Route): ComponentChildren {
  switch (first) {
    case 'runs':
      return uid === undefined ? <RunsScreen query={query} /> : <RunScreen key={uid} uid={uid} query={query} />;
    case 'new':
      return <NewRunScreen key={`${query.get('action')}#${query.get('from')}`} query={query} />;
    case 'schedules':
      if (uid === undefined) return <SchedulesScreen query={query} />;
      return verb === 'change' ? <ChangeScheduleScreen key={uid} uid={uid} /> : <ScheduleScreen key={uid} uid={uid} />;
    case 'callbacks':
      return uid === undefined ? <CallbacksScreen query={query} /> : <CallbackScreen key={uid} uid={uid} />;
    case 'actions':
      return <ActionsScreen name={uid ?? null} />;
    case 'settings':
      return <SettingsScreen />;
    default:
      return (
        <Page title="No such screen">
          <p>
            Nothing is at this address. <Link href={hrefOf('/runs')}>See the runs</Link>.
          </p>
        </Page>
      );
  }
}
