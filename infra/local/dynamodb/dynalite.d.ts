// Typed boundary to dynalite 4.0.0, which ships no types: only what this engine takes from it.
// Its package has no `exports` map, so files are named in full.

declare module 'dynalite/validations/index.js' {
  type Types = Record<string, unknown>;
  /** Shapes a body by its declared types; unknown members are dropped. Throws an error with `body` on a wrong type. */
  export function checkTypes(data: object, types: Types): Record<string, unknown>;
  /** Checks lengths, enums and patterns, then `custom`. Throws an error with `body` when one fails. */
  export function checkValidations(
    data: Record<string, unknown>,
    types: Types,
    custom?: (data: never, store: never) => string | undefined,
    store?: object,
  ): void;
  /** Null when valid, else the message. Rewrites numbers in place to their canonical form. */
  export function validateAttributeValue(value: unknown): string | undefined;
  export function validateExpressionParams(
    data: object,
    expressions: string[],
    nonExpressions: string[],
  ): string | undefined;
  /** Key conditions by attribute, or the message of what a key condition may not say. */
  export function convertKeyCondition(expression: unknown): Record<string, unknown> | string;
  /** Checks operators and operands of key conditions. */
  export function validateConditions(conditions: object): string | undefined;
  /** Parses every expression member of `data`; the results are put beside them as `_condition`, `_updates`, … */
  export function validateExpressions(data: object): string | undefined;
}

declare module 'dynalite/validations/putItem.js' {
  export const types: Record<string, unknown>;
  export const custom: (data: never, store: never) => string | undefined;
}
declare module 'dynalite/validations/getItem.js' {
  export const types: Record<string, unknown>;
  export const custom: (data: never, store: never) => string | undefined;
}
declare module 'dynalite/validations/updateItem.js' {
  export const types: Record<string, unknown>;
  export const custom: (data: never, store: never) => string | undefined;
}
declare module 'dynalite/validations/deleteItem.js' {
  export const types: Record<string, unknown>;
  export const custom: (data: never, store: never) => string | undefined;
}
declare module 'dynalite/validations/query.js' {
  export const types: Record<string, unknown>;
}
declare module 'dynalite/validations/scan.js' {
  export const types: Record<string, unknown>;
  export const custom: (data: never, store: never) => string | undefined;
}
declare module 'dynalite/validations/batchGetItem.js' {
  export const types: Record<string, unknown>;
  export const custom: (data: never, store: never) => string | undefined;
}
declare module 'dynalite/validations/batchWriteItem.js' {
  export const types: Record<string, unknown>;
  export const custom: (data: never, store: never) => string | undefined;
}
declare module 'dynalite/validations/createTable.js' {
  export const types: Record<string, unknown>;
  export const custom: (data: never, store: never) => string | undefined;
}
declare module 'dynalite/validations/deleteTable.js' {
  export const types: Record<string, unknown>;
}
declare module 'dynalite/validations/describeTable.js' {
  export const types: Record<string, unknown>;
}
declare module 'dynalite/validations/listTables.js' {
  export const types: Record<string, unknown>;
}
