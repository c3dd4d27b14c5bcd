import type { ServiceName } from '../services/service.ts';
import { needsOfDynamoDb } from './needs-dynamodb.ts';
import { needsOfS3 } from './needs-s3.ts';
import { needsOfScheduler } from './needs-scheduler.ts';
import { needsOfSecretsManager } from './needs-secrets-manager.ts';
import { needsOfSqs } from './needs-sqs.ts';
import type { Need, NeedsContext } from './need.ts';

type NeedsReader = (operation: string, body: unknown, context: NeedsContext) => readonly Need[] | undefined;

const readers: Readonly<Record<ServiceName, NeedsReader>> = {
  dynamodb: needsOfDynamoDb,
  sqs: needsOfSqs,
  s3: needsOfS3,
  scheduler: needsOfScheduler,
  secretsmanager: needsOfSecretsManager,
  // The host writes the functions' logs itself: nobody calls the Logs API.
  logs: () => undefined,
};

/** The permissions a request needs, all of them; undefined when the operation is unknown (and so denied). */
export function needsOf(
  service: ServiceName,
  operation: string,
  body: unknown,
  context: NeedsContext,
): readonly Need[] | undefined {
  return readers[service](operation, body, context);
}
