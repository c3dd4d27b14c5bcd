import type { ServiceName } from '../services/service.ts';
import { needsOfDynamoDb } from './needs-dynamodb.ts';
import { needsOfS3 } from './needs-s3.ts';
import { needsOfScheduler } from './needs-scheduler.ts';
import { needsOfSecretsManager } from './needs-secrets-manager.ts';
import { needsOfSqs } from './needs-sqs.ts';
import type { Need } from './statement.ts';

/** What the ARNs of a request are made from, and what only the running system knows. */
export interface NeedsContext {
  readonly region: string;
  readonly account: string;
  /** Path, query and headers of a REST request; empty for the `X-Amz-Target` protocols. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The partition key attribute of a table or of one of its indexes, for `dynamodb:LeadingKeys`. */
  readonly partitionKeyOf: (table: string, index: string | undefined) => string | undefined;
}

type NeedsReader = (operation: string, body: unknown, context: NeedsContext) => readonly Need[] | undefined;

const readers: Readonly<Record<ServiceName, NeedsReader>> = {
  dynamodb: needsOfDynamoDb,
  sqs: needsOfSqs,
  s3: needsOfS3,
  scheduler: needsOfScheduler,
  secretsmanager: needsOfSecretsManager,
  // The host writes functions' lines itself: nobody calls the Logs API.
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
