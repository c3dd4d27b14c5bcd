import type { DynamoDbEngine } from '../../infra/local/dynamodb/engine.ts';
import type { Adversary } from './adversary.ts';
import type { CallFault, Instance } from './instance.ts';
import type { Observer } from './observer.ts';
import { sentBy } from './rollout.ts';
import type { Queues } from './queues.ts';

/** What a service says to a call, as AWS JSON carries it. */
export interface ServiceAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** One AWS call of an instance; rejects where no answer comes. The bodies of both sides are AWS JSON. */
export type CallService = (instance: Instance, operation: string, body: unknown) => Promise<ServiceAnswer>;

/** DynamoDB: the in-process engine, under the eyes of the observer. */
export function createDynamoDb(
  engine: DynamoDbEngine,
  observer: Observer,
  adversary: Pick<Adversary, 'strikesFurther'>,
): CallService {
  const tokens = new Set<string>();
  /** A transaction repeated under its token is answered as done, and writes nothing. */
  const isRepeat = (token: string | undefined): boolean =>
    token !== undefined && tokens.size === tokens.add(token).size;
  return (instance, operation, body) => {
    const kind = kindOfKey(body);
    return instance.call<ServiceAnswer>(
      `${operation} ${kind}`,
      async () => {
        const conflict = conflictOf(operation, kind);
        if (conflict !== null && adversary.strikesFurther('transaction_conflict')) return conflict;
        const answer = await engine.handle(operation, body);
        const { ClientRequestToken: token } = body as KeyedRequest; // cast: written by the SDK
        if (answer.status === 200 && !isRepeat(token)) observer.wrote(instance, operation, body, answer.body);
        return answer;
      },
      refuse,
    );
  };
}

/** What a write is told that meets a transaction on its item; null: no transaction touches such items. */
function conflictOf(operation: string, kind: string): ServiceAnswer | null {
  const said = (name: string, more = {}): ServiceAnswer => ({
    status: 400,
    body: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'simulated', ...more },
  });
  if (operation === 'TransactWriteItems') {
    const CancellationReasons = [{ Code: 'None' }, { Code: 'TransactionConflict', Message: 'simulated' }];
    return said('TransactionCanceledException', { CancellationReasons });
  }
  return operation === 'PutItem' && kind === 'S CTL' ? said('TransactionConflictException') : null;
}

/** SQS: the simulated queues. */
export function createSqs(queues: Queues): CallService {
  return (instance, operation, given) => {
    const body = given as SendBatchRequest; // cast: the only operation in use
    const queue = queues.byUrl(body.QueueUrl);
    const perform = async (): Promise<ServiceAnswer> => ({
      status: 200,
      body: queue.sendBatch(
        instance.name,
        (body.Entries ?? []).map((entry) => ({ ...entry, MessageBody: sentBy(instance.version, entry.MessageBody) })),
      ),
    });
    return instance.call(`${operation} ${queue.name}`, perform, refuse);
  };
}

interface SendBatchRequest {
  readonly QueueUrl: string;
  readonly Entries?: readonly {
    readonly Id: string;
    readonly MessageBody: string;
    readonly MessageGroupId?: string;
    readonly DelaySeconds?: number;
  }[];
}

/** The answer of a fault: what AWS says where it answers at all. */
function refuse(fault: CallFault): ServiceAnswer | Error {
  if (fault === 'throttled') {
    const type = 'com.amazonaws.dynamodb.v20120810#ThrottlingException';
    return { status: 400, body: { __type: type, message: 'Rate exceeded' } };
  }
  if (fault === 'failed') {
    return { status: 500, body: { __type: 'InternalServerError', message: 'Internal server error' } };
  }
  return Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' });
}

/** The kind of item a request is about, as the first part of its keys says it: `R CTL`, `S P`, `DUE`. */
function kindOfKey(body: unknown): string {
  const request = body as KeyedRequest; // cast: written by the SDK
  const entry = request.RequestItems === undefined ? undefined : Object.values(request.RequestItems)[0]?.[0];
  const batched = entry?.PutRequest?.Item ?? entry?.DeleteRequest?.Key;
  const key = request.Key ?? request.Item ?? batched ?? request.TransactItems?.[0]?.Put?.Item;
  const values = request.ExpressionAttributeValues;
  const pk = key?.['pk']?.S ?? values?.[':pk']?.S ?? '';
  const sk = key?.['sk']?.S ?? values?.[':prefix']?.S ?? values?.[':from']?.S ?? '';
  const [room = '', , shard] = pk.split('#');
  if (room === 'DUE') return 'DUE';
  return `${room === 'R' && shard !== undefined ? 'S' : room} ${sk.split('#')[0] ?? ''}`.trimEnd();
}

type KeyItem = Readonly<Record<string, { readonly S?: string } | undefined>>;

interface KeyedRequest {
  readonly ClientRequestToken?: string;
  readonly TransactItems?: readonly { readonly Put?: { readonly Item: KeyItem } }[];
  readonly Key?: KeyItem;
  readonly Item?: KeyItem;
  readonly ExpressionAttributeValues?: KeyItem;
  readonly RequestItems?: Readonly<Record<string, readonly BatchEntry[]>>;
}

interface BatchEntry {
  readonly PutRequest?: { readonly Item: KeyItem };
  readonly DeleteRequest?: { readonly Key: KeyItem };
}
