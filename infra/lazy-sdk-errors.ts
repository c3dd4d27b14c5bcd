/** The two files of an AWS client that know its errors. */
export interface ErrorSources {
  /** `schemas/schemas_0.js`: describes each error and registers its class. */
  readonly schemas: string;
  /** `models/errors.js`: the classes. */
  readonly errors: string;
}

const REGISTRATION = /^n0_registry\.registerError\((\w+)\$, (\w+)\);\n/gm;
const CLASSES_IMPORT = /^import \{[^}]*\} from "\.\.\/models\/errors";\n/gm;
const CLASS = /^export class (\w+) extends __BaseException \{\n[\s\S]*?^\}$/gm;

/**
 * An AWS client registers a class for each error of its service, 76 over our three clients, and so none can be dropped.
 * Here a class registers itself where it is defined, in a call marked pure: esbuild keeps those that someone names, to
 * catch them, and those the SDK tries again by their `$retryable`. Any other error arrives as the service's base class
 * with its name, message and metadata. Where the SDK writes the two files otherwise both stay as they are: never half.
 */
export function registerErrorsWhereDefined({ schemas, errors }: ErrorSources): ErrorSources {
  const registered = [...schemas.matchAll(REGISTRATION)].map(([, , name = '']) => name);
  const defined = [...errors.matchAll(CLASS)].map(([, name = '']) => name);
  const exported = [...errors.matchAll(/^export /gm)].length;
  const isAsExpected =
    registered.length > 0 &&
    registered.toSorted().join() === defined.toSorted().join() &&
    exported === defined.length &&
    [...schemas.matchAll(CLASSES_IMPORT)].length === 1;
  if (!isAsExpected) return { schemas, errors };
  return {
    schemas: `${schemas.replaceAll(REGISTRATION, '').replace(CLASSES_IMPORT, '')}\nexport { n0_registry };\n`,
    errors: [
      `import { n0_registry, ${defined.map((name) => `${name}$`).join(', ')} } from "../schemas/schemas_0";`,
      'const register = (schema, errorClass) => (n0_registry.registerError(schema, errorClass), errorClass);',
      errors.replaceAll(CLASS, (text, name: string) => {
        const purity = text.includes('$retryable') ? '' : '/* @__PURE__ */ ';
        return `export const ${name} = ${purity}register(${name}$, ${text.replace('export ', '')});`;
      }),
    ].join('\n'),
  };
}
