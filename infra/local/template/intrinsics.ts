import { LOCAL_ACCOUNT, LOCAL_REGION } from '../account.ts';
import { TemplateError } from './template-error.ts';

/** What a synthesized template can refer to: each resource's `Ref` and attributes, by logical id. */
export interface References {
  ref(logicalId: string): string;
  attribute(logicalId: string, name: string): string;
}

/** The parts of a CloudFormation template (JSON, as CDK writes it) that values can depend on. */
export interface TemplateDocument {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Conditions?: Readonly<Record<string, unknown>>;
  readonly Parameters?: Readonly<Record<string, { readonly Default?: unknown }>>;
  readonly Mappings?: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;
}

/** One resource of the template, its intrinsic functions unresolved. */
export interface TemplateResource {
  readonly Type: string;
  readonly Condition?: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

const NO_VALUE = Symbol('AWS::NoValue');

/** Makes the function that replaces every intrinsic function in a value; `where` is the logical id errors name. */
export function intrinsicResolver(template: TemplateDocument, stackName: string, references: References) {
  const pseudo: Readonly<Record<string, string | typeof NO_VALUE>> = {
    'AWS::AccountId': LOCAL_ACCOUNT,
    'AWS::Region': LOCAL_REGION,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': stackName,
    'AWS::StackId': `arn:aws:cloudformation:${LOCAL_REGION}:${LOCAL_ACCOUNT}:stack/${stackName}/local`,
    'AWS::NoValue': NO_VALUE,
  };

  function ref(name: string, where: string): unknown {
    if (name in pseudo) return pseudo[name];
    if (name in template.Resources) return references.ref(name);
    const parameter = template.Parameters?.[name];
    if (parameter?.Default !== undefined) return parameter.Default;
    throw new TemplateError(where, `Ref "${name}" is no resource, pseudo parameter or parameter with a default`);
  }

  function getAtt(argument: unknown, where: string): unknown {
    const parts = typeof argument === 'string' ? argument.split(/\.(.*)/s) : list(argument, where, 'Fn::GetAtt');
    const logicalId = String(parts[0]);
    if (!(logicalId in template.Resources)) throw new TemplateError(where, `Fn::GetAtt of unknown "${logicalId}"`);
    return references.attribute(logicalId, text(parts[1], where, 'Fn::GetAtt'));
  }

  function substitute(argument: unknown, where: string): string {
    const [format, own] = Array.isArray(argument) ? argument : [argument, {}];
    const variables = record(value(own ?? {}, where));
    return text(format, where, 'Fn::Sub').replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
      if (literal === '!') return `\${${name}}`;
      if (name in variables) return String(variables[name]);
      return String(name.includes('.') ? getAtt(name, where) : ref(name, where));
    });
  }

  function condition(argument: unknown, where: string): boolean {
    if (typeof argument === 'string') {
      const named = template.Conditions?.[argument];
      if (named === undefined) throw new TemplateError(where, `condition "${argument}" does not exist`);
      return condition(named, `Conditions.${argument}`);
    }
    const [[name, operand] = []] = Object.entries(record(argument));
    const all = () => list(operand, where, String(name)).map((item) => condition(item, where));
    if (name === 'Condition') return condition(operand, where);
    if (name === 'Fn::And') return all().every(Boolean);
    if (name === 'Fn::Or') return all().some(Boolean);
    if (name === 'Fn::Not') return !all()[0];
    if (name === 'Fn::Equals') {
      const [left, right] = list(value(operand, where), where, name);
      return left === right;
    }
    throw new TemplateError(where, `condition function "${name}" is not supported`);
  }

  function call(name: string, argument: unknown, where: string): unknown {
    const items = () => list(value(argument, where), where, name);
    switch (name) {
      case 'Ref':
        return ref(text(argument, where, name), where);
      case 'Fn::GetAtt':
        return getAtt(argument, where);
      case 'Fn::Sub':
        return substitute(argument, where);
      case 'Fn::Join': {
        const [separator, parts] = items();
        return list(parts, where, name)
          .map(String)
          .join(text(separator, where, name));
      }
      case 'Fn::Split': {
        const [separator, source] = items();
        return text(source, where, name).split(text(separator, where, name));
      }
      case 'Fn::Select': {
        const [index, from] = items();
        const chosen: unknown = list(from, where, name)[Number(index)];
        if (chosen === undefined) throw new TemplateError(where, `Fn::Select has no item ${String(index)}`);
        return chosen;
      }
      case 'Fn::If': {
        const [test, yes, no] = list(argument, where, name);
        return value(condition(test, where) ? yes : no, where);
      }
      case 'Fn::FindInMap': {
        const [map, top, second] = items().map(String);
        const found = template.Mappings?.[map ?? '']?.[top ?? '']?.[second ?? ''];
        if (found === undefined) throw new TemplateError(where, `Fn::FindInMap has no ${map}.${top}.${second}`);
        return found;
      }
      case 'Fn::GetAZs':
        return [`${LOCAL_REGION}a`, `${LOCAL_REGION}b`];
      default:
        throw new TemplateError(where, `intrinsic function "${name}" is not supported`);
    }
  }

  function value(source: unknown, where: string): unknown {
    if (Array.isArray(source)) return source.map((item) => value(item, where)).filter((item) => item !== NO_VALUE);
    if (typeof source !== 'object' || source === null) return source;
    const entries = Object.entries(source);
    const [only] = entries;
    if (entries.length === 1 && only !== undefined && /^(Ref$|Fn::)/.test(only[0]))
      return call(only[0], only[1], where);
    const resolved = entries.map(([key, item]) => [key, value(item, where)] as const);
    return Object.fromEntries(resolved.filter(([, item]) => item !== NO_VALUE));
  }

  return { value, condition };
}

function list(value: unknown, where: string, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new TemplateError(where, `${name} needs a list`);
  return value;
}

function text(value: unknown, where: string, name: string): string {
  if (typeof value !== 'string') throw new TemplateError(where, `${name} needs a string, not ${JSON.stringify(value)}`);
  return value;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}
