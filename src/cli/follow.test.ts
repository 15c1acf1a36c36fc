import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stayAlive, systemClock } from '../kit/clock.ts';
import type { ApiClient } from './client.ts';
import { CommandFailure } from './failure.ts';
import { follow } from './follow.ts';

const event = { seq: 4, type: 'call.started', time: '2026-01-01T00:00:00Z', domain: 'd', call: null, leg: null };
const delivery = { delivery: '1-4', seq: 4, subscription: 1, attempt: 1, outcome: 'delivered', status: 204 };
const attempt = { ...delivery, startedAt: event.time, durationMs: 1, detail: null };

test('a delivery whose event came before the stream was opened says what it was about', async () => {
  const ended = new AbortController();
  const lines: string[] = [];
  const asked: string[] = [];
  const client = {
    get: async (path: string) => {
      asked.push(path);
      return { items: [event] };
    },
    stream: async function* stream() {
      yield { id: null, event: 'delivery', data: JSON.stringify(attempt) };
      ended.abort();
    },
  } as unknown as ApiClient;
  const terminal = {
    isInteractive: false,
    width: 100,
    out: (line: string) => void lines.push(line),
    note: () => {},
    draw: () => {},
  };
  await follow(
    { client, terminal, clock: systemClock, signal: ended.signal },
    { what: 'deliveries', type: null, domain: null, after: null, json: false },
  );
  assert.match(lines[0] ?? '', /delivered 204 .*call\.started/);
  assert.deepEqual(asked, ['/v1/events?limit=1&cursor=5']);
});

/** A stream that gives one event and is lost; asked for again, it is refused with each of these in turn. */
async function followed(statuses: readonly number[]): Promise<{ readonly asked: number; readonly error: unknown }> {
  let asked = 0;
  const client = {
    stream: async function* stream() {
      const status = statuses[asked++ - 1];
      if (status !== undefined) throw new CommandFailure(`refused with ${status}`, null, status);
      yield { id: '4', event: 'event', data: JSON.stringify(event) };
    },
  } as unknown as ApiClient;
  const terminal = { isInteractive: false, width: 100, out: () => {}, note: () => {}, draw: () => {} };
  const clock = { ...systemClock, schedule: (_ms: number, run: () => void) => systemClock.schedule(0, run) };
  const request = { what: 'events', type: null, domain: null, after: null, json: false } as const;
  // Where nothing ends it, it has been asked often enough.
  const ended = new AbortController();
  const bounded = { ...terminal, note: () => void (asked > statuses.length + 3 && ended.abort()) };
  const stays = stayAlive();
  const error: unknown = await follow({ client, terminal: bounded, clock, signal: ended.signal }, request)
    .catch((reason: unknown) => reason)
    .finally(() => stays.end());
  return { asked, error };
}

test('a lost connection is made again, and what the server refuses for good is the end', {
  timeout: 10_000,
}, async () => {
  const { asked, error } = await followed([503, 429, 408, 401]);
  assert.ok(error instanceof CommandFailure);
  assert.deepEqual([asked, error.status], [5, 401]);
});
