import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../kit/manual-clock.ts';
import type { RemoteAnswer, RemoteRequest } from '../../model/remote-registry.ts';
import type { RegistrationWait } from '../../model/registration.ts';
import { askPatiently, type RemoteExchange } from './patience.ts';

const answered = (status: number, facts: Partial<Extract<RemoteExchange, { kind: 'answered' }>> = {}) =>
  ({ kind: 'answered', status, body: '{}', retryAfterMs: null, left: null, leftResetMs: null, ...facts }) as const;
const down = {
  kind: 'failed',
  message: 'no connection',
  trouble: 'unavailable',
  mayPass: true,
} as const satisfies RemoteExchange;
const get: RemoteRequest = { method: 'GET', path: '/' };

function world(script: readonly RemoteExchange[]) {
  const clock = new ManualClock();
  const stop = new AbortController();
  const waits: (RegistrationWait | null)[] = [];
  const asked: { readonly method: string; readonly at: number }[] = [];
  const left = [...script];
  const ask = askPatiently({
    clock,
    random: { next: () => 1 },
    signal: stop.signal,
    onWait: (wait) => void waits.push(wait),
    exchange: async ({ method }) => {
      asked.push({ method, at: clock.monotonic() });
      return left.shift() ?? answered(200);
    },
  });
  /** The answer, with time passing as it is waited for. */
  const answerTo = async (request: RemoteRequest): Promise<RemoteAnswer> => {
    let answer: RemoteAnswer | null = null;
    void ask(request).then((one) => (answer = one));
    for (;;) {
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => void setImmediate(resolve));
      const due = clock.nextDue();
      if (answer !== null) return answer;
      if (due !== null) clock.advance(due - clock.monotonic());
    }
  };
  return { clock, stop, waits, ask, answerTo, times: () => asked.map(({ at }) => at) };
}

test('429 is waited for as long as it says, for all that is asked, and then asked again, an add too', async () => {
  const { answerTo, times, waits } = world([answered(429, { retryAfterMs: 90_000 })]);
  assert.deepEqual(await answerTo({ method: 'POST', path: '/', json: {} }), { status: 200, body: {} });
  assert.deepEqual(times(), [0, 90_000]);
  assert.deepEqual(
    waits.map((wait) => wait?.why ?? null),
    ['the PBX takes no more requests for now (429)', null],
  );
});

test('429 that does not say for how long is waited for by its reset, or a minute', async () => {
  const { answerTo, times } = world([answered(429, { leftResetMs: 5_000 }), answered(429)]);
  await answerTo(get);
  assert.deepEqual(times(), [0, 5_000, 65_000]);
});

test('a system that refuses and says that there is nothing to wait for is not asked without a pause', async () => {
  const { answerTo, times } = world([answered(429, { retryAfterMs: 0 }), answered(429, { leftResetMs: 0 })]);
  await answerTo(get);
  assert.deepEqual(times(), [0, 1_000, 2_000]);
});

test('where no request is left, none is made until there are more', async () => {
  const { answerTo, times } = world([
    answered(200, { left: 1, leftResetMs: 70_000 }),
    answered(200, { left: 0, leftResetMs: 60_000 }),
  ]);
  for (let n = 0; n < 3; n++) await answerTo(get);
  assert.deepEqual(times(), [0, 0, 60_000]);
});

test('what fails by itself is asked again, longer each time, and at last is told', async () => {
  const { answerTo, times } = world([down, answered(503), down, answered(408)]);
  assert.deepEqual(await answerTo(get), { status: 408, body: {} });
  assert.deepEqual(times(), [0, 1_000, 5_000, 21_000]);
});

test('what our own rules refuse is not tried again', async () => {
  const { answerTo, times } = world([{ ...down, mayPass: false }]);
  assert.deepEqual(await answerTo(get), { trouble: { kind: 'unavailable', message: 'no connection' } });
  assert.deepEqual(times(), [0]);
});

test('an add whose answer did not come is not made again', async () => {
  const { answerTo, times } = world([down]);
  const answer = await answerTo({ method: 'POST', path: '/', json: {} });
  assert.deepEqual(answer, { trouble: { kind: 'unavailable', message: 'no connection' } });
  assert.deepEqual(times(), [0]);
});

test('a wait that is longer than may be is not begun, nor are many short ones without end', async () => {
  const long = world([answered(429, { retryAfterMs: 86_400_000 })]);
  assert.match(JSON.stringify(await long.answerTo(get)), /"unavailable","message":"it takes no more requests for now/);
  const many = world(Array.from({ length: 1_000 }, () => answered(429, { retryAfterMs: 3_600_000 })));
  assert.match(JSON.stringify(await many.answerTo(get)), /unavailable/);
  assert.equal(many.times().length, 5);
});

test('whoever waits is let go when it is stopped', async () => {
  const { ask, stop } = world([answered(429, { retryAfterMs: 60_000 })]);
  const answer = ask(get);
  await new Promise((resolve) => void setImmediate(resolve));
  stop.abort();
  assert.deepEqual(await answer, { trouble: { kind: 'stopped', message: 'Offhook is stopping' } });
});

test('an answer that is no JSON is not taken for an empty one', async () => {
  const { answerTo } = world([answered(200, { body: '<html>' })]);
  assert.deepEqual(await answerTo(get), { status: 200, body: undefined });
  assert.deepEqual(await world([answered(204, { body: '' })]).answerTo(get), { status: 204, body: null });
});
