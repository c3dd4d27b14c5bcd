import { expect, it } from 'vitest';
import { searchCities } from '../../functions/actions/search-cities.ts';
import { callbackBody, deliveryBody } from '../../shared/api/callbacks/schemas.ts';
import { CALLBACK_EXAMPLES } from '../../shared/api/document/callback-examples.ts';
import { EXAMPLES } from '../../shared/api/document/examples.ts';
import { NOTIFICATION_EXAMPLES } from '../../shared/api/document/notification-examples.ts';
import { notificationBody } from '../../shared/api/notifications/schemas.ts';
import { parseBody } from '../../shared/api/parse-request.ts';
import type { Route } from '../../shared/api/route.ts';
import { ROUTES } from '../../shared/api/routes.ts';

const ROWS = ROUTES.map((route) => [route.operation, route] as const);

it.each(ROWS)('the example of %s is answered as the API answers, without a property more', (operation, route) => {
  const { response } = EXAMPLES[operation];
  expect(route.success.schema.parse(response)).toEqual(response);
});

it.each(ROWS.filter(([, route]) => 'body' in route))(
  'the API takes the body in the example of %s',
  (operation, row) => {
    const { body }: Route = row;
    if (body !== undefined) expect(() => parseBody(body, EXAMPLES[operation].request)).not.toThrow();
  },
);

it.each([
  EXAMPLES.runLive.request.input,
  ...EXAMPLES.listScheduleInputs.response,
  { country: 'NL' },
  { country: 'BE' },
])('the input %j of the examples is one of search-cities', (input) => {
  expect(searchCities.parseInput(input)).toMatchObject({ ok: true });
});

it.each(Object.entries(NOTIFICATION_EXAMPLES))(
  'the example of %s is a notification that receivers are sent',
  (type, { value }) => {
    expect(notificationBody.parse(value)).toEqual(value);
    expect(deliveryBody.parse(value).type).toBe(type);
  },
);

it.each(Object.entries(CALLBACK_EXAMPLES))(
  'the example of %s is a callback that receivers are sent',
  (type, { value }) => {
    expect(callbackBody.parse(value)).toEqual(value);
    expect(value.type).toBe(type);
  },
);
