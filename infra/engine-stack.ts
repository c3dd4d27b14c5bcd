/* oxlint-disable eslint/no-new -- a CDK construct joins its scope by being made */
import { Annotations, CfnOutput, Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { PAGE_ROUTES } from '../shared/api/page-routes.ts';
import { ROUTES } from '../shared/api/routes.ts';
import type { WorkQueueName } from '../shared/functions.ts';
import { Alarms } from './constructs/alarms.ts';
import { StageDashboard } from './constructs/dashboard.ts';
import { DeadLetterQueue } from './constructs/dead-letter-queue.ts';
import { EngineState } from './constructs/engine-state.ts';
import { createFunctions } from './constructs/functions.ts';
import { EngineApi } from './constructs/http-api.ts';
import type { Platform } from './constructs/platform.ts';
import { ScheduleGroup } from './constructs/schedule-group.ts';
import { addAlarms } from './constructs/stage-alarms.ts';
import { WorkQueue } from './constructs/work-queue.ts';
import type { StageSettings } from './settings.ts';

/** Stages whose alarms need no e-mail address. */
const TRIAL_STAGES: ReadonlySet<string> = new Set(['local', 'dev']);

export interface EngineStackProps extends StackProps {
  readonly stage: string;
  readonly settings: StageSettings;
  /** Folder of the bundled functions, `<name>/index.mjs`. */
  readonly bundleDir: string;
}

/** All of one stage of Trireme. */
export class EngineStack extends Stack {
  constructor(scope: Construct, id: string, props: EngineStackProps) {
    super(scope, id, props);
    const { stage, settings, bundleDir } = props;
    const alarms = new Alarms(this, 'Alarms', { stage, email: settings.alarmEmail });
    const api = new EngineApi(this, 'Http', { stage, settings });
    const queues = this.createQueues(settings);
    const publicUrl = settings.publicUrl ?? (settings.domain === null ? api.url : `https://${settings.domain.name}`);
    const platform: Platform = {
      stage,
      settings,
      bundleDir,
      publicUrl,
      alarms,
      state: new EngineState(this, 'State', { settings, publicUrl }),
      queues,
      schedules: new ScheduleGroup(this, 'Schedules', {
        stage,
        target: queues.control.queue,
        deadLetters: queues['dead-letters'].queue,
      }),
    };
    const functions = createFunctions(this, platform);
    addAlarms(this, platform, api);
    if (settings.dashboard) new StageDashboard(this, 'Watching', platform, api);
    this.warnOfSilence(stage, settings);
    api.route([...ROUTES, ...(settings.servePages ? PAGE_ROUTES : [])], functions, 'runs');
    this.createOutputs(api, platform);
  }

  private warnOfSilence(stage: string, { alarmEmail }: StageSettings): void {
    if (alarmEmail !== null || TRIAL_STAGES.has(stage)) return;
    const message = `alarmEmail of stage ${stage} is null: its alarms tell nobody who has not subscribed to the topic AlarmTopicArn. Set it in infra/settings.ts.`;
    Annotations.of(this).addWarningV2('trireme:alarmEmail', message);
  }

  /** Outputs of the stack that people and the owner's command line need. */
  private createOutputs(api: EngineApi, { state, alarms, publicUrl }: Platform): void {
    const ownAddress = [api.url, 'Where API Gateway itself answers, whatever is put before it'] as const;
    const outputs = {
      Url: [publicUrl, 'Where the API answers'],
      ...(publicUrl === api.url ? {} : { ApiUrl: ownAddress }),
      TableName: [state.table.tableName, 'Holds runs, pages, keys and workspaces'],
      BucketName: [state.bucket.bucketName, 'Holds uploads, inputs and large pages'],
      MasterSecretArn: [state.masterSecret.secretArn, 'What signing secrets are derived from'],
      CredentialKeyArn: [state.credentialKey.secretArn, 'What the secrets that workspaces set are sealed with'],
      ActionSecretsArn: [state.actionSecrets.secretArn, 'Put the secrets of your actions here, a JSON object'],
      AlarmTopicArn: [alarms.topicArn, 'Where alarms go: subscribe what should hear of them'],
    } as const;
    for (const [id, [value, description]] of Object.entries(outputs)) new CfnOutput(this, id, { value, description });
  }

  private createQueues(settings: StageSettings): Platform['queues'] {
    const deadLetters = new DeadLetterQueue(this, 'DeadLetterQueue', settings);
    const create = (id: string, name: WorkQueueName) =>
      new WorkQueue(this, id, { name, settings, deadLetters: deadLetters.queue });
    return {
      control: create('ControlQueue', 'control'),
      page: create('PageQueue', 'page'),
      callback: create('CallbackQueue', 'callback'),
      intake: create('IntakeQueue', 'intake'),
      'dead-letters': deadLetters,
    };
  }
}
