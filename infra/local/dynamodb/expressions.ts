import type { AttributeValue, Path } from './item.ts';

/** What dynalite's parsers make of expressions: names and values already put in place. */
export type Operand = Path | AttributeValue | SizeCall;

interface SizeCall {
  readonly type: 'function';
  readonly name: 'size';
  readonly args: readonly [Path | AttributeValue];
}

export type Condition =
  | { readonly type: 'and' | 'or'; readonly args: readonly [Condition, Condition] }
  | { readonly type: 'not'; readonly args: readonly [Condition] }
  | { readonly type: '=' | '<>' | '<' | '<=' | '>' | '>='; readonly args: readonly [Operand, Operand] }
  | { readonly type: 'between'; readonly args: readonly [Operand, Operand, Operand] }
  | { readonly type: 'in'; readonly args: readonly [Operand, ...Operand[]] }
  | ConditionCall;

export interface ConditionCall {
  readonly type: 'function';
  readonly name: 'attribute_exists' | 'attribute_not_exists' | 'attribute_type' | 'begins_with' | 'contains';
  readonly args: readonly [Operand, ...Operand[]];
}

export interface ParsedCondition {
  readonly expression: Condition;
  readonly nestedPaths: Readonly<Record<string, true>>;
  readonly pathHeads: Readonly<Record<string, true>>;
}

export interface ParsedProjection {
  readonly paths: readonly Path[];
  readonly nestedPaths: Readonly<Record<string, true>>;
}

export type UpdateOperand =
  | Path
  | AttributeValue
  | { readonly type: 'add' | 'subtract'; readonly args: readonly [UpdateOperand, UpdateOperand] }
  | { readonly type: 'function'; readonly name: 'if_not_exists'; readonly args: readonly [Path, UpdateOperand] }
  | { readonly type: 'function'; readonly name: 'list_append'; readonly args: readonly [UpdateOperand, UpdateOperand] };

export type UpdateSection =
  | { readonly type: 'set'; readonly path: Path; readonly val: UpdateOperand }
  | { readonly type: 'remove'; readonly path: Path }
  | { readonly type: 'add' | 'delete'; readonly path: Path; readonly val: AttributeValue };

export interface ParsedUpdate {
  readonly sections: readonly UpdateSection[];
  readonly paths: readonly Path[];
  readonly nestedPaths: Readonly<Record<string, true>>;
}
