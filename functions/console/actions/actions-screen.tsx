import type { Action } from '../../../shared/client/trireme.ts';
import { Json } from '../design/copy.tsx';
import { Loading } from '../design/loading.tsx';
import { ErrorNotice } from '../design/notice.tsx';
import { Facts, Page } from '../design/page.tsx';
import { Table } from '../design/table.tsx';
import { spanText } from '../design/time.tsx';
import { Link } from '../routing/link.tsx';
import { hrefOf } from '../routing/route.ts';
import { useSession } from '../session/session.ts';
import { useActions } from './use-actions.ts';

/** What this deployment offers; one action with its schemas and limits. */
export function ActionsScreen({ name }: { readonly name: string | null }) {
  const { can } = useSession();
  const { data: actions, error, reload } = useActions();
  if (actions === null) {
    return (
      <Page title="Actions">
        <ErrorNotice error={error} onRetry={reload} />
        {error === null ? <Loading /> : null}
      </Page>
    );
  }
  const action = actions.find((one) => one.name === name);
  if (action === undefined) {
    return (
      <Page title="Actions">
        {name === null ? null : <p class="fault">This deployment has no action {name}.</p>}
        <Table
          label="Actions"
          rows={actions}
          keyOf={(one) => one.name}
          columns={[
            {
              name: 'Action',
              cell: (one) => (
                <div class="cell-name">
                  <Link href={hrefOf(`/actions/${one.name}`)}>{one.title}</Link>
                  <code class="muted">{one.name}</code>
                </div>
              ),
            },
            { name: 'What it does', cell: (one) => one.description },
            { name: 'Modes', cell: (one) => one.modes.join(', ') },
            { name: 'Results a page', isNumber: true, cell: (one) => one.page_size.toLocaleString('en') },
          ]}
        />
      </Page>
    );
  }
  return (
    <Page
      title={action.title}
      actions={
        can('run') ? (
          <Link class="button-link" href={hrefOf('/new', { action: action.name })}>
            Run it
          </Link>
        ) : null
      }
    >
      <p>{action.description}</p>
      <Facts
        facts={[
          ['Name', <code key="name">{action.name}</code>],
          ['Modes', action.modes.join(', ')],
          ['Results a page', action.page_size.toLocaleString('en')],
          [
            'Results an input',
            `${action.max_results.default.toLocaleString('en')}; at most ${action.max_results.ceiling.toLocaleString('en')}`,
          ],
          ['Pace', paceText(action.pace)],
          ['Pages by', action.pages_by === 'cursor' ? 'cursor' : 'cursor or number'],
          [
            'Runs',
            <Link key="runs" href={hrefOf('/runs', { action: action.name })}>
              Show its runs
            </Link>,
          ],
        ]}
      />
      <div class="two">
        <section class="stack">
          <h2>Input</h2>
          <Json label="Schema of the input" value={action.input_schema} />
        </section>
        <section class="stack">
          <h2>Parameters</h2>
          <Json label="Schema of the parameters" value={action.parameters_schema} />
        </section>
        <section class="stack">
          <h2>Result</h2>
          <Json label="Schema of the result" value={action.result_schema} />
        </section>
      </div>
    </Page>
  );
}

function paceText(pace: Action['pace']): string {
  if (pace === null) return 'no limit';
  const { calls, per_ms: perMs, min_gap_ms: gapMs, by_input: byInput } = pace;
  const gap = gapMs === 0 ? '' : `, ${spanText(gapMs)} apart`;
  return `${calls.toLocaleString('en')} calls in ${spanText(perMs)}${gap}${byInput ? ', counted apart by input' : ''}`;
}
