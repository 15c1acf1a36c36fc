/** Searches of events and deliveries by the API, page by page, beside a plain look at all there is. */
import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { rm } from 'node:fs/promises';
import type { AttemptView } from '../../src/api/deliveries/view.ts';
import { numberKey } from '../../src/model/call-record.ts';
import type { Event } from '../../src/model/event.ts';
import { startApp, type TestApp } from '../support/app.ts';

const numbers = ['+12025550100', '+12025550177', '+12029990000', '+493012345678', '+493012345679', '1003'];
const calls = 120;
const outcomes = ['answered', 'busy', 'no_answer'] as const;
const random = (index: number, salt: number, below: number): number =>
  (((index * 11 + salt) * 2_654_435_761) >>> 9) % below;

interface Facts {
  readonly from: string;
  readonly to: string;
  readonly domain: string;
  readonly outcome: (typeof outcomes)[number];
}

const factsOf = (call: number): Facts => ({
  from: numbers[random(call, 1, numbers.length)] as string,
  to: random(call, 2, 3) === 0 ? (numbers[random(call, 3, numbers.length)] as string) : '101',
  domain: random(call, 4, 3) === 0 ? 'other' : 'acme',
  outcome: outcomes[random(call, 5, outcomes.length)] as (typeof outcomes)[number],
});

/** Calls go on side by side: the events of one do not stand together in the log. */
function inputs(): object[] {
  const steps = ['call.started', 'call.updated', 'call.ended'] as const;
  const all = Array.from({ length: calls * 3 }, (_, index) => {
    const call = Math.floor(index / 3);
    const step = index % 3;
    return { at: call * 10 + step * (20 + random(call, 6, 200)), call, step };
  }).sort((one, other) => one.at - other.at || one.call - other.call);
  return all.map(({ call, step }) => {
    const { from, to, domain, outcome } = factsOf(call);
    const ended = step === 2 ? { state: 'ended', outcome } : {};
    const startedAt = new Date(Date.UTC(2026, 0, 5) + call * 1_000).toISOString();
    return {
      id: `${call}-${step}`,
      type: steps[step],
      domain,
      extension: '101',
      call: { id: `call-${call}`, from: { number: from }, to: { number: to }, startedAt, ...ended },
    };
  });
}

const callOf = (event: Event): number => Number(event.id.split('-')[0]);

function hasNumber(event: Event, asked: string): boolean {
  const { from, to } = factsOf(callOf(event));
  const own = [from, to].map(numberKey);
  const key = numberKey(asked.replace('*', ''));
  return own.some((one) => (asked.endsWith('*') ? one.startsWith(key) : one === key));
}

describe('searches', () => {
  let app: TestApp;
  let refusing: http.Server;
  let events: readonly Event[] = [];
  let attempts: readonly AttemptView[] = [];
  const ofSeq = new Map<number, Event>();

  /** Every page, each of them no longer than asked for. */
  async function pages<Item>(path: string, filters: Readonly<Record<string, string>>, limit: number): Promise<Item[]> {
    const found: Item[] = [];
    for (let cursor: string | null = null; ; ) {
      const query = new URLSearchParams({ ...filters, limit: String(limit), ...(cursor !== null && { cursor }) });
      const answer = await app.fetch(`${path}?${query.toString()}`);
      assert.equal(answer.status, 200, await answer.clone().text());
      const page = (await answer.json()) as { items: Item[]; next: string | null };
      assert.ok(page.items.length <= limit);
      found.push(...page.items);
      cursor = page.next;
      if (cursor === null) return found;
    }
  }

  async function post(path: string, body: unknown): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const answer = await app.fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
    assert.ok(answer.ok, await answer.text());
  }

  before(async () => {
    // What is wrong with an event is no reason to stop sending others.
    refusing = http.createServer((request, response) => {
      request.resume().on('end', () => response.writeHead(400).end());
    });
    await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve));
    const { port } = refusing.address() as AddressInfo;
    app = await startApp({ OFFHOOK_DELIVERY_ALLOW_NETWORKS: '127.0.0.0/8' });
    const subscription = { events: ['call.*'], dialect: 'cloudevents', retry: { maxAttempts: 2, delays: ['100ms'] } };
    const scope = { domain: '*' };
    await post('/v1/subscriptions', { ...subscription, name: 'takes', scope, endpoint: { url: 'inbox:takes' } });
    const nowhere = { url: `http://127.0.0.1:${port}/` };
    await post('/v1/subscriptions', { ...subscription, name: 'refuses', scope, endpoint: nowhere });
    const all = inputs();
    for (let from = 0; from < all.length; from += 60) await post('/v1/events', all.slice(from, from + 60));
    const isOver = ({ outcome }: AttemptView): boolean => outcome === 'cancelled' || outcome === 'delivered';
    do attempts = await pages<AttemptView>('/v1/deliveries', {}, 500);
    while (attempts.filter(isOver).length < 2 * all.length);
    events = (await pages<Event>('/v1/events', {}, 500)).filter(({ call }) => call !== null);
    for (const event of events) ofSeq.set(event.seq, event);
    assert.equal(events.length, calls * 3);
    assert.ok(attempts.some(({ outcome }) => outcome === 'cancelled'));
  });

  after(async () => {
    await app.stop();
    refusing.closeAllConnections();
    refusing.close();
    await rm(app.dir, { recursive: true });
  });

  /** The newest call first. */
  const byCall = (one: number, other: number): number =>
    callOf(ofSeq.get(other) as Event) - callOf(ofSeq.get(one) as Event);

  const asked = ['+12025550100', '2025550100', '1202*', '12025550*', '+49 30 12345*', '1003', '100*', '+15550001111'];

  test('events by a number, and what else they are narrowed by', async () => {
    const middle = events[150]?.acceptedAt as string;
    const more = [
      {},
      { domain: 'other' },
      { type: 'call.ended' },
      { since: middle },
      { until: middle },
      { outcome: 'busy' },
      { outcome: 'answered', domain: 'acme', type: 'call.started,call.ended' },
    ] as const;
    for (const number of asked) {
      for (const filters of more) {
        const wanted = { type: null, domain: null, since: null, until: null, outcome: null, ...filters };
        const expected = events
          .filter((event) => hasNumber(event, number === '2025550100' ? '+12025550100' : number))
          .filter(({ type }) => wanted.type?.split(',').includes(type) ?? true)
          .filter(({ domain }) => domain === (wanted.domain ?? domain))
          .filter((event) => (wanted.outcome ?? factsOf(callOf(event)).outcome) === factsOf(callOf(event)).outcome)
          .filter(({ acceptedAt }) => acceptedAt >= (wanted.since ?? '') && acceptedAt < (wanted.until ?? '9'))
          .toSorted((one, other) => byCall(one.seq, other.seq) || other.seq - one.seq);
        for (const limit of Object.keys(filters).length === 0 ? [1, 500] : [7]) {
          const found = await pages<Event>('/v1/events', { number, ...filters }, limit);
          assert.deepEqual(
            found.map(({ id }) => id),
            expected.map(({ id }) => id),
            JSON.stringify({ number, filters, limit }),
          );
        }
      }
    }
  });

  test('events by the outcome of their calls alone', async () => {
    const found = await pages<Event>('/v1/events', { outcome: 'no_answer' }, 7);
    const expected = events.filter((event) => factsOf(callOf(event)).outcome === 'no_answer');
    assert.deepEqual(found.map(({ id }) => id).sort(), expected.map(({ id }) => id).sort());
  });

  test('deliveries by a number, and what else they are narrowed by', async () => {
    const ended = (one: AttemptView): number => Date.parse(one.startedAt) + one.durationMs;
    const middle = ended(attempts[400] as AttemptView);
    const more = [
      {},
      { outcome: 'cancelled' },
      { subscription: '1' },
      { subscription: '2', outcome: 'failed' },
      { since: new Date(middle).toISOString() },
      { until: new Date(middle).toISOString(), outcome: 'delivered' },
      { seq: '40' },
    ] as const;
    for (const number of [null, ...asked]) {
      for (const filters of more) {
        const wanted = { outcome: null, subscription: null, since: null, until: null, seq: null, ...filters };
        const all = attempts
          .filter(({ seq }) => number === null || (ofSeq.has(seq) && hasNumber(ofSeq.get(seq) as Event, meant(number))))
          .filter(({ outcome }) => outcome === (wanted.outcome ?? outcome))
          .filter(({ subscription }) => subscription === Number(wanted.subscription ?? subscription))
          .filter(({ seq }) => seq === Number(wanted.seq ?? seq))
          .filter((one) => ended(one) >= Date.parse(wanted.since ?? '1970-01-01'))
          .filter((one) => ended(one) < Date.parse(wanted.until ?? '3000-01-01'));
        // What the server lists is in order of its rows, newest first: among the attempts of a call that stays so.
        const expected = number === null ? all : all.toSorted((one, other) => byCall(one.seq, other.seq));
        for (const limit of number === null ? [100] : Object.keys(filters).length === 0 ? [3, 500] : [11]) {
          const query = { ...(number !== null && { number }), ...filters };
          const found = await pages<AttemptView>('/v1/deliveries', query, limit);
          assert.deepEqual(found, expected, JSON.stringify({ query, limit }));
        }
      }
    }
  });

  const meant = (number: string): string => (number === '2025550100' ? '+12025550100' : number);

  test('a filter that is not right is named', async () => {
    for (const [path, field] of [
      ['/v1/deliveries?number=1*', 'number'],
      ['/v1/deliveries?since=yesterday', 'since'],
      ['/v1/deliveries?until=2026-13-01T00:00:00Z', 'until'],
      ['/v1/deliveries?outcome=lost', 'outcome'],
      ['/v1/deliveries?number=1202*&cursor=17', 'cursor'],
      ['/v1/deliveries?cursor=17-4', 'cursor'],
      ['/v1/events?outcome=delivered', 'outcome'],
      ['/v1/events?outcome=busy&cursor=17', 'cursor'],
      ['/v1/events?cursor=17-4-3', 'cursor'],
    ] as const) {
      const answer = await app.fetch(path);
      assert.equal(answer.status, 400, path);
      assert.equal(((await answer.json()) as { field: string }).field, field, path);
    }
  });
});
