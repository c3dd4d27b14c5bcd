import { resolve } from 'node:path';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { findRunningSystem } from '../local/start/running-system.ts';
import { LOCAL_STAGE, settingsOf, STAGE_NAMES } from '../settings.ts';
import type { StageSettings } from '../settings.ts';
import { type AwsPlace, type CommandValues, UsageError } from './command.ts';
import { checkClient, findDeployedStage } from './find-stage.ts';
import type { StageAddress } from './stage-access.ts';

const REGION = /^[a-z]{2}(-[a-z]+)+-\d$/;

/**
 * The stage that a command line means, and where it is: deployed in AWS with --stage, else the system that runs on this
 * machine. Throws UsageError for options that are wrong, and Error where the stage cannot be found.
 */
export async function findAddress(
  values: CommandValues,
): Promise<{ readonly stageName: string; readonly address: StageAddress }> {
  const [stage, region, dataDir] = [values.text('stage'), values.text('region'), values.text('data-dir')];
  if (stage === undefined) {
    if (region !== undefined) throw new UsageError('--region is allowed only with --stage');
    return { stageName: LOCAL_STAGE, address: await findRunningSystem(resolve(dataDir ?? '.trireme')) };
  }
  if (dataDir !== undefined) throw new UsageError('--data-dir is of the local system; it is not allowed with --stage');
  const settings = settingsNamed(stage, region);
  const address = await findDeployedStage(stage, region ?? settings.region ?? undefined);
  return { stageName: stage, address };
}

/** The stage and the region that a command line means, whether the stage is there or not. Throws as `findAddress` does. */
export async function findPlace(values: CommandValues): Promise<AwsPlace> {
  const [stageName, region] = [values.needed('stage'), values.text('region')];
  const settings = settingsNamed(stageName, region);
  const given = region ?? settings.region ?? undefined;
  const client = new CloudFormationClient(given === undefined ? {} : { region: given });
  return { stageName, settings, region: await checkClient(client, stageName), signing: client.config };
}

function settingsNamed(stage: string, region: string | undefined): StageSettings {
  if (!STAGE_NAMES.includes(stage)) {
    throw new UsageError(`unknown stage ${stage}; infra/settings.ts has ${STAGE_NAMES.join(', ')}`);
  }
  if (region !== undefined && !REGION.test(region)) {
    throw new UsageError(`--region is ${region}; a region looks like eu-west-1`);
  }
  return settingsOf(stage);
}
