import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { RemoteEvent } from '../../model/remote-registry.ts';
import { type KeptToken, lateMs, type PlaceFacts, planPlace, tokensIn } from './plan.ts';

const urlBase = 'https://hub.example/in/ringme/';
const now = 1_000_000_000;
const hash = (token: string): string => `#${token}`;
const tokenOf = (n: number): string => String(n).padStart(32, 'a');
const names = ['dial-in', 'dial-out', 'answer', 'hangup'] as const;

const event = (id: string, name: string, url: string, isSent = true): RemoteEvent => ({ id, event: name, url, isSent });
const token = (n: number, name: string, remoteId: string | null, createdAt = 0): KeptToken => ({
  source: `s${n}`,
  event: name,
  hash: hash(tokenOf(n)),
  remoteId,
  createdAt,
});
const facts = (changes: Partial<PlaceFacts>): PlaceFacts => ({
  desired: [],
  remote: [],
  tokens: [],
  isIssued: () => false,
  urlBase,
  hash,
  now,
  ...changes,
});
const shown = (changes: Partial<PlaceFacts>): string[] =>
  planPlace(facts(changes)).steps.map((step) => {
    if (step.do === 'remove') return `remove ${step.remote.id}: ${step.why}`;
    if (step.do === 'store') return `store ${step.source}=${step.remote.id}`;
    return step.do === 'add' ? `add ${step.event}` : `forget ${step.source}`;
  });

test('what is missing is added, what is there stays, others’ are not touched', () => {
  const remote = [
    event('1', 'hangup', urlBase + tokenOf(1)),
    event('2', 'dial-in', 'https://crm.example/hook'),
    // Begins like ours, and has no token of ours.
    event('3', 'dial-in', urlBase + tokenOf(99)),
  ];
  const tokens = [token(1, 'hangup', '1')];
  assert.deepEqual(shown({ desired: ['dial-in', 'hangup'], remote, tokens }), ['add dial-in']);
});

test('ours that is not wanted, doubled or changed goes', () => {
  const url = urlBase + tokenOf(1);
  const tokens = [token(1, 'hangup', '1'), token(2, 'dial-in', '4')];
  const remote = [
    event('1', 'hangup', url),
    event('2', 'hangup', url),
    event('3', 'dial-out', url),
    // Its id is kept, and somebody has pointed it elsewhere.
    event('4', 'dial-in', 'https://other.example/'),
  ];
  assert.deepEqual(shown({ desired: ['hangup', 'dial-in'], remote, tokens }), [
    'remove 2: doubled',
    'remove 3: not wanted',
    'remove 4: changed there',
    'add dial-in',
  ]);
});

test('an event whose token is for another event, one that is switched off, and one with more behind the token are not in order', () => {
  const tokens = [token(1, 'dial-in', '1'), token(2, 'hangup', '2'), token(3, 'answer', '3')];
  const remote = [
    event('1', 'dial-out', urlBase + tokenOf(1)),
    event('2', 'hangup', urlBase + tokenOf(2), false),
    event('3', 'answer', `${urlBase + tokenOf(3)}/more`),
  ];
  const steps = shown({ desired: ['dial-out', 'hangup', 'answer'], remote, tokens });
  assert.deepEqual(steps.slice(0, 3), [
    'remove 1: changed there',
    'remove 2: changed there',
    'remove 3: changed there',
  ]);
  assert.deepEqual(steps.slice(3), ['add dial-out', 'add hangup', 'add answer']);
});

test('an event whose answer was lost is ours by its token: its id is kept now', () => {
  const remote = [event('7', 'hangup', urlBase + tokenOf(1))];
  assert.deepEqual(shown({ desired: ['hangup'], remote, tokens: [token(1, 'hangup', null)] }), ['store s1=7']);
});

test('a token copied from another extension is ours, and its event goes', () => {
  const remote = [event('7', 'hangup', urlBase + tokenOf(5))];
  const isIssued = (one: string): boolean => one === tokenOf(5);
  assert.deepEqual(shown({ desired: ['hangup'], remote, isIssued }), ['remove 7: changed there', 'add hangup']);
});

test('an unused token is forgotten, but not while its event may still be made', () => {
  const tokens = [token(1, 'hangup', '1', now), token(2, 'hangup', null, now - lateMs), token(3, 'hangup', null, now)];
  const plan = planPlace(facts({ tokens }));
  assert.deepEqual(
    plan.steps.map((step) => step.do === 'forget' && step.source),
    ['s1', 's2'],
  );
  assert.equal(plan.isUnsettled, true);
});

test('host and scheme in another case are the same URL, the path is not', () => {
  const tokens = [token(1, 'hangup', '1')];
  const of = (url: string): string[] => shown({ desired: ['hangup'], remote: [event('1', 'hangup', url)], tokens });
  assert.deepEqual(of(`HTTPS://HUB.example/in/ringme/${tokenOf(1)}`), []);
  assert.deepEqual(of(`https://hub.example/IN/ringme/${tokenOf(1)}`), ['remove 1: changed there', 'add hangup']);
});

test('a token is found wherever it stands in a URL', () => {
  assert.deepEqual(tokensIn(`https://x.example/a?t=${tokenOf(1)}&b=2`), [tokenOf(1)]);
  assert.deepEqual(tokensIn('https://x.example/short'), []);
  assert.ok(tokensIn(`https://x.example/z${tokenOf(1)}/a`).includes(tokenOf(1)));
  assert.ok(tokensIn(`https://x.example/${tokenOf(1)}z`).includes(tokenOf(1)));
});

// Whatever mixture there is: one plan, carried out, and no second one has anything to do on the other system; each desired
// event is there once with a URL of ours, and what belongs to others is as it was.
interface World {
  readonly remote: RemoteEvent[];
  readonly tokens: KeptToken[];
  readonly foreign: readonly RemoteEvent[];
}

const anyName = fc.constantFrom(...names);
const anyUrl = fc.oneof(
  fc.integer({ min: 1, max: 6 }).map((n) => urlBase + tokenOf(n)),
  fc.integer({ min: 1, max: 6 }).map((n) => `https://moved.example/${tokenOf(n)}?x=1`),
  fc.constantFrom('https://crm.example/hook', `${urlBase}${tokenOf(77)}`, `${urlBase}short`, urlBase),
);
const anyWorld = fc
  .record({
    events: fc.array(fc.record({ name: anyName, url: anyUrl, isSent: fc.boolean() }), { maxLength: 14 }),
    kept: fc.array(
      fc.record({ name: anyName, at: fc.option(fc.integer({ min: 0, max: 13 })), age: fc.constantFrom(0, lateMs) }),
      { maxLength: 6 },
    ),
  })
  .map(({ events, kept }): World => {
    const remote = events.map(({ name, url, isSent }, at) => event(`r${at}`, name, url, isSent));
    const tokens = kept.map(({ name, at, age }, index) =>
      token(index + 1, name, at === null ? null : `r${at}`, now - age),
    );
    const hashes = new Set(tokens.map((one) => one.hash));
    const ids = new Set(tokens.map(({ remoteId }) => remoteId));
    const isOurs = ({ id, url }: RemoteEvent): boolean =>
      ids.has(id) || tokensIn(url).some((text) => hashes.has(hash(text)));
    return { remote, tokens, foreign: remote.filter((one) => !isOurs(one)) };
  });

function carryOut({ remote, tokens }: Pick<World, 'remote' | 'tokens'>, desired: readonly string[]): number {
  let changes = 0;
  for (const step of planPlace(facts({ desired, remote, tokens })).steps) {
    if (step.do === 'remove') {
      changes++;
      remote.splice(remote.indexOf(step.remote), 1);
    } else if (step.do === 'add') {
      changes++;
      const n = 1_000 + tokens.length;
      remote.push(event(`n${n}-${step.event}`, step.event, urlBase + tokenOf(n)));
      tokens.push(token(n, step.event, `n${n}-${step.event}`, now));
    } else {
      const at = tokens.findIndex(({ source }) => source === step.source);
      const [found] = tokens.splice(at, 1);
      if (step.do === 'store') tokens.push({ ...(found as KeptToken), remoteId: step.remote.id });
    }
  }
  return changes;
}

test('from any mixture to exactly one of each desired, in one go, and nothing of others is touched', () => {
  fc.assert(
    fc.property(anyWorld, fc.uniqueArray(anyName), ({ remote, tokens, foreign }, desired) => {
      carryOut({ remote, tokens }, desired);
      for (const one of foreign) assert.ok(remote.includes(one), `${one.id} of others is gone`);
      const ours = remote.filter((one) => !foreign.includes(one));
      assert.deepEqual(ours.map((one) => one.event).toSorted(), desired.toSorted());
      for (const one of ours) {
        const [text = ''] = tokensIn(one.url);
        const kept = tokens.find((candidate) => candidate.hash === hash(text));
        assert.equal(kept?.event, one.event);
        assert.equal(kept?.remoteId, one.id);
        assert.equal(one.url, urlBase + text);
        assert.ok(one.isSent);
      }
      assert.equal(carryOut({ remote, tokens }, desired), 0, 'a second plan has nothing to do there');
    }),
    { numRuns: 500 },
  );
});
