import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  GraphWidgetView,
  LogQueryVisualizationType,
  LogQueryWidget,
  PeriodOverride,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { routeOf } from '../../shared/api/routes.ts';
import { WORK_QUEUES } from '../../shared/functions.ts';
import type { FunctionName } from '../../shared/functions.ts';
import type { EngineApi } from './http-api.ts';
import { accessLogNameOf, logNameOf } from './log-names.ts';
import { logMetric } from './log-metrics.ts';
import type { Platform } from './platform.ts';
import { spendADay } from './spend.ts';

/** Functions that move runs, and so log what became of them. */
const MOVE_RUNS: readonly FunctionName[] = [
  'launch',
  'verbs',
  'schedules',
  'control',
  'page',
  'intake',
  'sweep',
  'dead-letters',
];

/** Columns of a dashboard are 24; a widget is six units high where nothing is said. */
const HALF = 12;
const THIRD = 8;
const FIVE_MINUTES = Duration.minutes(5);

/**
 * What a stage does, on one page. It shows metrics of AWS's services, which are free, the one that an alarm needs
 * anyway, and what Logs Insights finds in lines that functions log: a query costs $0.005 a GB that it reads, and only
 * when somebody looks. So the dashboard emits no metric of its own. An account has three dashboards of up to 50 metrics
 * free; any other costs $3 a month.
 */
export class StageDashboard extends Construct {
  private readonly stage: string;

  constructor(scope: Construct, id: string, platform: Platform, api: EngineApi) {
    super(scope, id);
    this.stage = platform.stage;
    const dashboard = new Dashboard(this, 'Dashboard', {
      dashboardName: `trireme-${platform.stage}`,
      defaultInterval: Duration.hours(3),
      periodOverride: PeriodOverride.INHERIT,
    });
    dashboard.addWidgets(new AlarmStatusWidget({ title: 'Alarms', alarms: [...platform.alarms.all], width: 24 }));
    dashboard.addWidgets(...this.drawRuns(platform));
    dashboard.addWidgets(...this.drawWaiting(platform));
    dashboard.addWidgets(...this.drawLive());
    dashboard.addWidgets(...this.drawCallbacks());
    dashboard.addWidgets(...this.drawService(platform, api));
  }

  private drawRuns({ queues }: Platform): readonly [LogQueryWidget, GraphWidget] {
    const { queue } = queues.page;
    return [
      this.query('Async runs that ended, by status', MOVE_RUNS, LogQueryVisualizationType.BAR, [
        'filter message.message = "a run ended"',
        'stats count(*) as runs by message.status',
      ]),
      graph('Pages a minute: asked for, and handled', [
        queue.metricNumberOfMessagesSent({ statistic: Stats.SUM, period: Duration.minutes(1), label: 'asked for' }),
        queue.metricNumberOfMessagesDeleted({ statistic: Stats.SUM, period: Duration.minutes(1), label: 'handled' }),
      ]),
    ];
  }

  private drawWaiting({ queues, stage }: Platform): readonly [GraphWidget, LogQueryWidget, LogQueryWidget] {
    const names = [...WORK_QUEUES, 'dead-letters'] as const;
    const ages = names.map((name) =>
      queues[name].queue.metricApproximateAgeOfOldestMessage({
        statistic: Stats.MAXIMUM,
        period: FIVE_MINUTES,
        label: `message of ${name}`,
      }),
    );
    const row = logMetric('OldestDueRowSeconds', stage).with({ period: FIVE_MINUTES, label: 'due row' });
    return [
      graph('Age of the oldest message and due row, s', [...ages, row], { width: THIRD }),
      this.query(
        'Async runs that waited, by reason',
        MOVE_RUNS,
        LogQueryVisualizationType.BAR,
        ['filter message.message = "a run waits"', 'stats count_distinct(message.run_uid) as runs by message.reason'],
        THIRD,
      ),
      this.query(
        'Receivers that were away',
        ['sweep'],
        LogQueryVisualizationType.TABLE,
        [
          'filter message.message = "a receiver is away"',
          'stats latest(message.away_since) as away_since, latest(@timestamp) as last_seen_at, max(message.callbacks_waiting) as callbacks_waiting by message.workspace_uid, message.receiver_uid',
          'sort last_seen_at desc',
        ],
        THIRD,
      ),
    ];
  }

  /** From the gateway's log, so that what a caller waits for is in it, and what the gateway answers by itself. */
  private drawLive(): readonly [LogQueryWidget, LogQueryWidget, LogQueryWidget] {
    const { method, path } = routeOf('runLive');
    const live = `filter route = "${method} ${path}"`;
    const draw = (title: string, view: LogQueryVisualizationType, stats: string): LogQueryWidget =>
      this.widget(title, [accessLogNameOf(this.stage)], view, [live, stats], THIRD);
    return [
      draw('Live calls', LogQueryVisualizationType.LINE, 'stats count(*) as calls by bin(5m)'),
      draw('Live calls, by status', LogQueryVisualizationType.BAR, 'stats count(*) as calls by status'),
      draw(
        'Live calls, ms',
        LogQueryVisualizationType.LINE,
        'stats pct(latency_ms, 50) as p50, pct(latency_ms, 99) as p99 by bin(5m)',
      ),
    ];
  }

  private drawCallbacks(): readonly [LogQueryWidget, LogQueryWidget] {
    return [
      this.query('Attempts at callbacks, by outcome', ['callback'], LogQueryVisualizationType.STACKEDAREA, [
        'filter message.message = "callbacks"',
        'stats sum(message.delivered) as delivered, sum(message.to_retry) as to_retry, sum(message.held) as held, sum(message.deferred) as deferred, sum(message.given_up) as given_up by bin(5m)',
      ]),
      this.query('From a launch to its first callback, ms', ['callback'], LogQueryVisualizationType.LINE, [
        'filter ispresent(message.first_callback_ms)',
        'stats pct(message.first_callback_ms, 50) as p50, pct(message.first_callback_ms, 99) as p99 by bin(5m)',
      ]),
    ];
  }

  private drawService(platform: Platform, api: EngineApi): readonly [GraphWidget, GraphWidget, GraphWidget] {
    const { stage } = api;
    const sum = { statistic: Stats.SUM, period: FIVE_MINUTES };
    return [
      graph(
        'Answers of the API',
        [
          stage.metricCount({ ...sum, label: 'all' }),
          stage.metricClientError({ ...sum, label: '4xx' }),
          stage.metricServerError({ ...sum, label: '5xx' }),
        ],
        { width: THIRD },
      ),
      graph(
        'Lambda in this account and region',
        [
          LambdaFunction.metricAllConcurrentExecutions({
            statistic: Stats.MAXIMUM,
            period: FIVE_MINUTES,
            label: 'at once',
          }),
          LambdaFunction.metricAllThrottles({ ...sum, label: 'throttled' }),
        ],
        { width: THIRD },
      ),
      graph('Dollars a day, by write units and calls', [spendADay(platform, api)], {
        width: THIRD,
        view: GraphWidgetView.BAR,
      }),
    ];
  }

  private query(
    title: string,
    functions: readonly FunctionName[],
    view: LogQueryVisualizationType,
    queryLines: readonly string[],
    width = HALF,
  ): LogQueryWidget {
    const names = functions.map((name) => logNameOf(this.stage, name));
    return this.widget(title, names, view, queryLines, width);
  }

  private widget(
    title: string,
    logGroupNames: readonly string[],
    view: LogQueryVisualizationType,
    queryLines: readonly string[],
    width: number,
  ): LogQueryWidget {
    return new LogQueryWidget({
      title,
      logGroupNames: [...logGroupNames],
      view,
      queryLines: [...queryLines],
      width,
    });
  }
}

function graph(
  title: string,
  left: readonly IMetric[],
  { width = HALF, view = GraphWidgetView.TIME_SERIES } = {},
): GraphWidget {
  return new GraphWidget({ title, left: [...left], width, view, leftYAxis: { min: 0 } });
}
