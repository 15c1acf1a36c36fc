import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../kit/clock.ts';
import type { ApiClient } from './client.ts';
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
