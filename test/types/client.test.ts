import { describe, expectTypeOf, test } from 'vitest';
import { type Run, Trireme } from '../../shared/client/trireme.ts';

interface Actions {
  readonly 'search-cities': {
    readonly input: { readonly country: string };
    readonly parameters: { readonly order?: 'name' | 'size' };
    readonly result: { readonly name: string; readonly population: number };
  };
}

const trireme = new Trireme<Actions>({ url: 'https://api.example.com', apiKey: 'trk_x' });

describe('the client, to the compiler', () => {
  test('knows the results of an action', () => {
    const call = async (): Promise<void> => {
      for await (const city of trireme
        .action('search-cities')
        .live({ input: { country: 'NL' } })
        .items()) {
        expectTypeOf(city).toEqualTypeOf<{ readonly name: string; readonly population: number }>();
      }
    };
    expectTypeOf(call).toBeFunction();
  });

  test('takes no misspelt action, field or value', () => {
    const call = async (): Promise<void> => {
      // @ts-expect-error -- there is no such action
      trireme.action('search-city');
      // @ts-expect-error -- the field is country
      trireme.action('search-cities').live({ input: { land: 'NL' } });
      // @ts-expect-error -- the value is a text
      await trireme.action('search-cities').start({ inputs: [{ country: 7 }] });
      const inputs = [{ country: 'NL' }];
      // @ts-expect-error -- the field is callback
      await trireme.action('search-cities').start({ inputs, callbak: { url: '' } });
      // @ts-expect-error -- there is no such status
      trireme.runs.list({ status: ['FAILD'] });
      // @ts-expect-error -- it is timezone
      await trireme.action('search-cities').schedule({ inputs: [], cron: '0 9 * * *', zone: 'UTC' });
    };
    expectTypeOf(call).toBeFunction();
  });

  test('lists runs', () => {
    expectTypeOf(() => trireme.runs.list().all()).returns.resolves.toEqualTypeOf<Run[]>();
  });

  test('without types takes any action and any input', () => {
    const untyped = new Trireme({ url: 'https://api.example.com', apiKey: 'trk_x' });
    expectTypeOf(() =>
      untyped
        .action('any')
        .live({ input: { whatever: 1 } })
        .all(),
    ).returns.resolves.toEqualTypeOf<unknown[]>();
  });
});
