/** An error answer of DynamoDB: its wire type, message and further members of the body. */
export class DynamoDbError extends Error {
  readonly body: Readonly<Record<string, unknown>>;

  constructor(type: string, message: string, members: Record<string, unknown> = {}) {
    super(message);
    this.name = type.slice(type.indexOf('#') + 1);
    this.body = { __type: type, message, ...members };
  }
}

const SERVICE = 'com.amazonaws.dynamodb.v20120810#';

export function validationError(message: string): DynamoDbError {
  return new DynamoDbError('com.amazon.coral.validate#ValidationException', message);
}

/** A service error by its short name, e.g. `ResourceNotFoundException`. */
export function serviceError(name: string, message: string, members: Record<string, unknown> = {}): DynamoDbError {
  return new DynamoDbError(SERVICE + name, message, members);
}

export function tableNotFound(tableName: string): DynamoDbError {
  return serviceError('ResourceNotFoundException', `Requested resource not found: Table: ${tableName} not found`);
}
