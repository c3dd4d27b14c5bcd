import type { Role } from 'aws-cdk-lib/aws-iam';
import type { Grant } from '../../shared/functions.ts';
import type { Platform } from './platform.ts';
import type { ObjectPrefix } from './state-plan.ts';

type AllowRole = (platform: Platform, role: Role) => void;

/**
 * What each grant of the function table allows a role. Grants to answer, and of keys, allow nothing here:
 * `EngineState.withhold` reads them.
 */
export const ALLOW: Readonly<Record<Grant, AllowRole>> = {
  answerCalls: () => undefined,
  answerPages: () => undefined,
  writeKeys: () => undefined,
  writeNotifications: () => undefined,
  readCursorKeys: () => undefined,
  writeCursorKeys: () => undefined,
  queryLists: ({ state }, role) => state.grantLists(role),
  readMasterSecret: ({ state }, role) => state.grantSecret(role, state.masterSecret),
  readActionSecrets: ({ state }, role) => state.grantSecret(role, state.actionSecrets),
  readCredentials: ({ state }, role) => state.grantSecret(role, state.credentialKey),
  writeCredentials: ({ state }, role) => state.grantSecret(role, state.credentialKey),
  sendControl: ({ queues }, role) => queues.control.grantSend(role),
  sendPage: ({ queues }, role) => queues.page.grantSend(role),
  sendCallback: ({ queues }, role) => queues.callback.grantSend(role),
  sendIntake: ({ queues }, role) => queues.intake.grantSend(role),
  manageEntries: ({ schedules }, role) => schedules.grantManage(role),
  getPages: objects('s3:GetObject', 'pages'),
  putPages: objects('s3:PutObject', 'pages'),
  getInputs: objects('s3:GetObject', 'inputs'),
  putInputs: objects('s3:PutObject', 'inputs'),
  getIncoming: objects('s3:GetObject', 'incoming'),
  putIncoming: objects('s3:PutObject', 'incoming'),
  getUploads: objects('s3:GetObject', 'uploads'),
  putUploads: objects('s3:PutObject', 'uploads'),
  deleteObjects: ({ state }, role) => state.grantDeletion(role),
};

function objects(action: 's3:GetObject' | 's3:PutObject', prefix: ObjectPrefix): AllowRole {
  return ({ state }, role) => state.grantObjects(role, action, prefix);
}
