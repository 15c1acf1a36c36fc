import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventOf } from '../../test/support/builders.ts';
import { createFilters } from './filter/index.ts';
import type { SelectionVersion } from './subscription.ts';
import { refusalOf } from './why-not.ts';

const filters = createFilters();
const event = { ...eventOf(), seq: 5, acceptedAt: '2026-01-01T00:00:00.000Z' };
const wide: SelectionVersion = {
  enabled: true,
  scope: { reseller: '*', domain: '*', user: '*', extension: '*' },
  events: [event.type],
  filter: null,
  endpoint: 1,
  from: 1,
  to: null,
};
const why = (change: Partial<SelectionVersion>) => refusalOf({ ...wide, ...change }, event, filters);

test('an event is within the scope of a user who owns an extension that took part', () => {
  const version = { ...wide, scope: { ...wide.scope, user: 'owner' } };
  const owners = (_domain: string, extension: string) => (extension === '101' ? ['owner'] : []);
  const of = (extensions: string[]) => refusalOf(version, { ...event, extension: null, extensions }, filters, owners);
  assert.equal(of(['101']), null);
  assert.deepEqual(of(['102']), { reason: 'out_of_scope', level: 'user' });
});

test('it says what keeps an event from a subscription, and nothing where it is wanted', () => {
  assert.equal(why({}), null);
  assert.equal(why({ filter: `domain == '${event.domain}'` }), null);
  assert.deepEqual(why({ from: 6 }), { reason: 'not_in_force' });
  assert.deepEqual(why({ to: 4 }), { reason: 'not_in_force' });
  assert.deepEqual(why({ enabled: false }), { reason: 'disabled' });
  assert.deepEqual(why({ events: ['agent.state_changed'] }), { reason: 'event_type' });
  for (const level of ['reseller', 'domain', 'user', 'extension'] as const) {
    assert.deepEqual(why({ scope: { ...wide.scope, [level]: 'elsewhere' } }), { reason: 'out_of_scope', level });
  }
  const both = { ...wide.scope, domain: 'elsewhere', extension: '999' };
  assert.deepEqual(why({ scope: both }), { reason: 'out_of_scope', level: 'domain' });
  assert.deepEqual(why({ filter: 'seq == 6' }), { reason: 'filtered' });
  assert.deepEqual(why({ filter: 'true &&\n data.bogus == 1' }), {
    reason: 'filter_error',
    detail: 'there is no bogus (line 2, column 7)',
  });
});
