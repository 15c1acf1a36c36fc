/** What holds for every route: a query parameter it does not have is refused, and an empty body is no body. */
import assert from 'node:assert/strict';
import type { LightMyRequestResponse } from 'fastify';
import { after, before, describe, test } from 'node:test';
import { type ApiWorld, createApiWorld } from '../../test/support/api-world.ts';

type Method = 'GET' | 'POST' | 'DELETE';
interface Told {
  readonly code: string;
  readonly field?: string;
}

let world: ApiWorld;
before(async () => void (world = await createApiWorld()));
after(() => world.stop());

const urlOf = (path: string): string => path.replaceAll(/:[a-z]+/g, '1');

describe('every route', () => {
  test('refuses a query parameter that it does not have, by its name', async () => {
    // A vendor's clients may send what theirs knows and ours does not.
    const isVendors = (path: string): boolean => world.deps.facades.some(({ base }) => path.startsWith(`${base}/`));
    const routes = world.api.routes.routes.filter(
      ({ path, facts }) => !isVendors(path) && (path.startsWith('/v1/') || facts?.querystring),
    );
    for (const { method, path, facts } of routes) {
      const { required = [] } = (facts?.querystring ?? {}) as { readonly required?: readonly string[] };
      const query = [...required, 'bogus'].map((name) => `${name}=1`).join('&');
      const answer = await world.ask({ method, url: `${urlOf(path)}?${query}` });
      const which = `${method} ${path}: ${answer.body}`;
      assert.equal(answer.statusCode, 400, which);
      if (method === 'HEAD') continue;
      const { code, field } = answer.json<Told>();
      assert.deepEqual([code, field], ['unknown_field', 'bogus'], which);
    }
    assert.ok(routes.length > 60, `only ${routes.length} routes`);
  });

  test('takes an empty body for none, whatever type it is said to be of', async () => {
    const routes = world.api.routes.routes.filter(
      ({ method, path }) => path.startsWith('/v1/') && !['GET', 'HEAD'].includes(method),
    );
    for (const { method, path, facts } of routes) {
      if (path === '/v1/events') continue; // by its type it is told which of several forms it has
      const asked = { method: method as Method, url: urlOf(path) };
      const bare = await world.ask(asked);
      const answer = await world.ask({ ...asked, headers: { 'content-type': 'application/json' }, payload: '' });
      const which = `${method} ${path}: ${answer.body}`;
      assert.deepEqual(told(answer), told(bare), which);
      if (facts?.body) assert.deepEqual(told(answer), [400, 'body_missing'], which);
    }
    assert.ok(routes.length > 25, `only ${routes.length} routes`);
  });

  test('so that a subscription is paused and resumed by a client that always names a type', async () => {
    const draft = { name: 'n', dialect: 'cloudevents', endpoint: { url: 'inbox:x' } };
    const { id } = (await world.post('/v1/subscriptions', draft)).json<{ id: string }>();
    for (const [what, status] of [
      ['pause', 'paused'],
      ['resume', 'active'],
    ]) {
      const answer = await world.post(`/v1/subscriptions/${id}/${what}`, '');
      assert.equal(answer.statusCode, 200, answer.body);
      assert.equal(answer.json<{ status: string }>().status, status);
    }
    const headers = { 'content-type': 'application/json' };
    const gone = await world.ask({ method: 'DELETE', url: `/v1/subscriptions/${id}`, headers, payload: '' });
    assert.equal(gone.statusCode, 204, gone.body);
  });
});

const told = ({ statusCode, body }: LightMyRequestResponse): readonly [number, string | null] => [
  statusCode,
  body === '' ? null : (JSON.parse(body) as Told).code,
];
