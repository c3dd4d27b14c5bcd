import type { Command } from 'commander';
import type { Action } from '../../client/trireme.ts';
import { printActionTypes } from '../../client/print-action-types.ts';
import { define, several, withLimit } from '../define.ts';
import { objectOf } from '../fields.ts';
import { knownAction } from '../known-action.ts';
import { type ListOptions } from '../printer.ts';
import type { OpenSession } from '../session.ts';

interface LiveOptions extends ListOptions {
  readonly param?: readonly string[];
  readonly tag?: readonly string[];
  readonly page?: string;
}

/** What a deployment offers, and its answers at once. */
export function addActionCommands(program: Command, open: OpenSession): void {
  define(program, 'actions [name]', 'Lists the actions of the deployment, or shows one with its schemas.', [
    'actions',
    'actions search-cities',
  ]).action(async (name: string | undefined, _: object, command: Command) => {
    const { trireme, print } = await open(command);
    if (name !== undefined) return print.record(await knownAction(trireme, name));
    print.rows(await trireme.actions.list(), [
      ['ACTION', (action: Action) => action.name],
      ['MODES', ({ modes }) => modes.join(' ')],
      ['FIELDS', fieldsOf],
      ['WHAT IT DOES', ({ title }) => title],
    ]);
  });

  withLimit(
    define(program, 'live <name> [fields...]', 'Runs an action over one input and prints its results as they come.', [
      'live search-cities country=LU',
      'live search-cities name=sao min_population=100000 --limit 5 --json',
    ]),
  )
    .option('--param <field=value>', 'a parameter of the action; may be given several times', several)
    .option('--tag <tag>', 'a word to find the call by; may be given several times', several)
    .option('--page <n>', 'the page to begin at, for an action that pages by number')
    .action(async (name: string, fields: readonly string[], options: LiveOptions, command: Command) => {
      const { trireme, print } = await open(command);
      const { input_schema: inputs, parameters_schema: parameters } = await knownAction(trireme, name);
      const { param = [], tag, page } = options;
      const results = trireme.action(name).live(
        {
          input: objectOf(fields, inputs),
          ...(param.length === 0 ? {} : { parameters: objectOf(param, parameters) }),
          ...(tag === undefined ? {} : { tags: tag }),
        },
        page === undefined ? {} : { page: Number(page) },
      );
      await print.list(results, 'properties', options);
    });

  define(program, 'types', 'Prints the types of all actions, for the client: new Trireme<Actions>(…).', [
    'types > actions.d.ts',
  ]).action(async (_: object, command: Command) => {
    const { trireme, print } = await open(command);
    await print.text(printActionTypes(await trireme.actions.list()));
  });
}

function fieldsOf({ input_schema: schema }: Action): string {
  const { properties = {}, required = [] } = schema as { properties?: object; required?: readonly string[] }; // cast: a JSON Schema
  return Object.keys(properties)
    .map((name) => (required.includes(name) ? name : `[${name}]`))
    .join(' ');
}
