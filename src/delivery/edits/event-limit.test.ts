import assert from 'node:assert/strict';
import { test } from 'node:test';
import { subscriptionOf } from '../../../test/conformance/subscription-store.ts';
import type { Subscription } from '../../subscriptions/subscription.ts';
import { countEvents, type EventLimitRules, eventLimitProblem } from './event-limit.ts';

const place = { reseller: 'r1', domain: 'acme', extension: '101' };
let last = 0;

interface Facts {
  readonly scope?: Partial<Subscription['selection']['scope']>;
  readonly dialect?: string;
  readonly enabled?: boolean;
}

function made({ scope, dialect = 'limited', enabled = true }: Facts = {}): Subscription {
  const one = subscriptionOf(++last);
  return { ...one, dialect, selection: { ...one.selection, enabled, scope: { ...place, user: '*', ...scope } } };
}

const rulesOf = (there: readonly Subscription[], changes: Partial<EventLimitRules> = {}): EventLimitRules => ({
  isLimited: (dialect) => dialect !== 'free',
  limitOf: () => 2,
  usersOf: () => [],
  made: (domain, extension) =>
    there.filter(({ selection: { scope } }) => scope.domain === domain && scope.extension === extension),
  ...changes,
});

const refused = (before: Subscription | null, draft: Subscription, rules: EventLimitRules): string | null =>
  eventLimitProblem(before, draft, rules)?.code ?? null;

const full = [made(), made({ enabled: false })];

test('as many as the limit says are taken, disabled ones too; the next is refused and told why', () => {
  assert.equal(refused(null, made(), rulesOf(full.slice(0, 1))), null);
  assert.deepEqual(eventLimitProblem(null, made(), rulesOf(full)), {
    code: 'event_limit_reached',
    field: 'scope.extension',
    message: 'extension 101 of acme has 2 events, and may have 2',
    remedy:
      'Remove subscriptions of the extension that are not used any more, or ask the administrator to raise its eventLimit.',
    more: { domain: 'acme', extension: '101', events: 2, limit: 2 },
  });
  assert.equal(refused(null, made(), rulesOf([], { limitOf: () => 0 })), 'event_limit_reached');
});

test('what is not an event of one extension in a dialect that counts is neither counted nor refused', () => {
  const others = [
    made({ dialect: 'free' }),
    made({ scope: { extension: '*' } }),
    made({ scope: { domain: '*' } }),
    made({ scope: { extension: '102' } }),
    made({ scope: { domain: 'globex' } }),
  ];
  assert.equal(countEvents(place, rulesOf([...others, ...full])), 2);
  for (const [index, other] of others.slice(0, 3).entries()) {
    assert.equal(refused(null, other, rulesOf(full, { limitOf: () => 0 })), null, String(index));
  }
});

test('an edit counts where it makes an event of another extension, or of what was none', () => {
  const rules = rulesOf(full);
  const [first] = full as [Subscription, Subscription];
  const changed: Subscription = { ...first, notes: 'changed', dialect: 'limited too' };
  assert.equal(refused(first, changed, rules), null, 'it stays where it is');
  assert.equal(
    refused(first, changed, rulesOf(full, { limitOf: () => 1 })),
    null,
    'also over a limit that was lowered',
  );
  for (const before of [
    made({ scope: { extension: '102' } }),
    made({ scope: { extension: '*' } }),
    made({ dialect: 'free' }),
  ]) {
    assert.equal(refused(before, made(), rules), 'event_limit_reached');
  }
  const elsewhere = made({ scope: { extension: '102' } });
  assert.equal(refused(first, elsewhere, rules), null, 'where it goes, there is room');
});

test('of resellers who have a domain of one name, each has the limit for itself', () => {
  const theirs = [made({ scope: { reseller: 'r2' } }), made({ scope: { reseller: 'r2' } })];
  assert.equal(refused(null, made(), rulesOf(theirs)), null);
  assert.equal(countEvents(place, rulesOf([...theirs, made({ scope: { reseller: '*' } })])), 1);
  assert.equal(countEvents({ ...place, reseller: '*' }, rulesOf([...theirs, ...full])), 4);
});

test('a user takes no place of an extension that others own, and one of their own or of nobody’s', () => {
  const bobs = [made({ scope: { user: 'bob' } }), made({ scope: { user: 'bob' } })];
  const owned = (...users: string[]) => rulesOf(bobs, { usersOf: () => users });
  assert.equal(countEvents(place, owned('alice')), 0);
  assert.equal(refused(null, made(), owned('alice')), null);
  assert.equal(refused(null, made({ scope: { user: 'bob' } }), owned('alice')), null);
  for (const rules of [owned('alice', 'bob'), owned()]) {
    assert.equal(countEvents(place, rules), 2);
    assert.equal(refused(null, made({ scope: { user: 'bob' } }), rules), 'event_limit_reached');
  }
});
