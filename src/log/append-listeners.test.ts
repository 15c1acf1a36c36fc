import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventNamed } from '../../test/conformance/event-log-support.ts';
import { AppendListeners } from './append-listeners.ts';
import { inLog } from './event-body.ts';

const event = inLog(eventNamed('a'), 1, '2026-01-01T00:00:00.000Z');

test('a listener that throws keeps nothing from the others', () => {
  const bugs: unknown[] = [];
  const heard: number[] = [];
  const listeners = new AppendListeners((error) => bugs.push(error));
  const bug = new Error('a listener with a bug');
  listeners.add(() => {
    throw bug;
  });
  listeners.add((events) => heard.push(...events.map(({ seq }) => seq)));
  listeners.tell([event]);
  assert.deepEqual(bugs, [bug]);
  assert.deepEqual(heard, [1]);
});

test('the same function may listen twice, and stop once', () => {
  let calls = 0;
  const listeners = new AppendListeners();
  const count = (): void => void calls++;
  const stop = listeners.add(count);
  listeners.add(count);
  listeners.tell([event]);
  stop();
  stop();
  listeners.tell([event]);
  listeners.tell([]);
  assert.equal(calls, 3);
});
