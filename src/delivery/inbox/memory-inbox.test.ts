import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { ManualClock } from '../../kit/manual-clock.ts';
import { createMemoryInbox } from './memory-inbox.ts';

const clock = new ManualClock();
const message = (body: string, headers: Record<string, string> = {}) => ({ method: 'POST', headers, body });

describe('memory inbox', () => {
  it('keeps what came, oldest first, with its time and size', () => {
    const inbox = createMemoryInbox({ clock });
    inbox.receive('a', message('é', { 'Content-Type': 'text/plain' }));
    inbox.receive('b', message('other'));
    inbox.receive('a', { method: 'GET', headers: {}, body: null });
    const { messages, dropped } = inbox.list('a');
    assert.equal(dropped, 0);
    assert.deepEqual(
      messages.map(({ number, method, body, bodyBytes }) => [number, method, body, bodyBytes]),
      [
        [1, 'POST', 'é', 2],
        [3, 'GET', '', 0],
      ],
    );
    assert.equal(messages[0]?.receivedAt, '2026-01-01T00:00:00.000Z');
    assert.deepEqual(messages[0]?.headers, { 'content-type': 'text/plain' });
    assert.deepEqual(inbox.tokens(), ['a', 'b']);
    assert.deepEqual(inbox.list('nobody'), { messages: [], dropped: 0 });
  });

  it('pages, and starts anew when cleared', () => {
    const inbox = createMemoryInbox({ clock });
    for (let index = 0; index < 5; index++) inbox.receive('a', message(String(index)));
    assert.deepEqual(
      inbox.list('a', { after: 2, limit: 2 }).messages.map(({ body }) => body),
      ['2', '3'],
    );
    inbox.clear('a');
    assert.deepEqual(inbox.list('a').messages, []);
    assert.deepEqual(inbox.tokens(), []);
  });

  it('keeps the newest of a token and counts the rest', () => {
    const inbox = createMemoryInbox({ clock, maxPerToken: 3 });
    for (let index = 0; index < 20; index++) inbox.receive('a', message(String(index)));
    assert.deepEqual(
      inbox.list('a').messages.map(({ body }) => body),
      ['17', '18', '19'],
    );
    assert.equal(inbox.list('a').dropped, 17);
  });

  it('takes no more memory than it may, and takes it from the fullest: none pushes out what another has', () => {
    const inbox = createMemoryInbox({ clock, maxBytes: 10_000 });
    inbox.receive('quiet', message('x'.repeat(1_000)));
    for (let index = 0; index < 50; index++) inbox.receive('busy', message('y'.repeat(1_000)));
    assert.equal(inbox.list('quiet').messages.length, 1);
    assert.equal(inbox.list('quiet').dropped, 0);
    assert.ok(inbox.list('busy').messages.length >= 1 && inbox.list('busy').messages.length <= 4);
  });

  it('knows so many tokens', () => {
    const inbox = createMemoryInbox({ clock, maxTokens: 2 });
    for (const token of ['a', 'b', 'a', 'c']) inbox.receive(token, message(token));
    assert.deepEqual(inbox.tokens(), ['c', 'a']);
  });

  it('cuts a long body and says how long it was', () => {
    const inbox = createMemoryInbox({ clock, maxBodyBytes: 10 });
    const kept = inbox.receive('a', message('z'.repeat(100)));
    assert.deepEqual([kept.body, kept.bodyBytes], ['z'.repeat(10), 100]);
    const bytes = inbox.receive('a', { method: 'POST', headers: {}, body: Buffer.alloc(100, 'q') });
    assert.deepEqual([bytes.body, bytes.bodyBytes], ['q'.repeat(10), 100]);
  });

  it('masks credentials', () => {
    const inbox = createMemoryInbox({ clock });
    const { headers } = inbox.receive(
      'a',
      message('', { Authorization: 'Basic c2VjcmV0', 'x-api-key': 'secret', 'x-other': 'seen' }),
    );
    assert.deepEqual(headers, { authorization: 'Basic ***', 'x-api-key': '***', 'x-other': 'seen' });
  });

  it('tells listeners of a token, or of all, until they leave', async () => {
    const inbox = createMemoryInbox({ clock });
    const seen: string[] = [];
    const leave = inbox.onMessage(null, ({ token, body }) => seen.push(`all ${token} ${body}`));
    inbox.onMessage('a', ({ body }) => seen.push(`a ${body}`));
    const next = inbox.next('b');
    inbox.receive('a', message('1'));
    leave();
    inbox.receive('b', message('2'));
    inbox.receive('b', message('3'));
    assert.equal((await next).body, '2');
    assert.deepEqual(seen, ['all a 1', 'a 1']);
  });

  it('stops waiting when told to', async () => {
    const inbox = createMemoryInbox({ clock });
    const stop = new AbortController();
    const next = inbox.next('a', stop.signal);
    stop.abort(new Error('enough'));
    await assert.rejects(next, /enough/);
    await assert.rejects(inbox.next('a', stop.signal), /enough/);
  });

  it('stays within its bounds, whatever comes', () => {
    const some = fc.record({ token: fc.constantFrom('a', 'b', 'c', 'd'), body: fc.string({ maxLength: 400 }) });
    fc.assert(
      fc.property(fc.array(some, { maxLength: 60 }), (all) => {
        const inbox = createMemoryInbox({ clock, maxPerToken: 5, maxBytes: 3_000, maxTokens: 3 });
        for (const { token, body } of all) {
          inbox.receive(token, message(body));
          const lists = inbox.tokens().map((known) => inbox.list(known).messages);
          assert.ok(lists.length <= 3);
          assert.ok(lists.every((list) => list.length <= 5));
          assert.ok(lists.flat().reduce((sum, kept) => sum + kept.body.length * 2, 0) <= 3_000);
          assert.equal(lists[0]?.at(-1)?.body, body);
        }
      }),
    );
  });
});

it('what is kept of some tokens can be changed, headers too', () => {
  const inbox = createMemoryInbox({ clock });
  inbox.receive('a', message('from 1', { 'x-from': '1' }));
  inbox.receive('a', message('from 2'));
  inbox.receive('b', message('from 1'));
  const changed = inbox.rewrite(
    (token) => token === 'a',
    (text) => text.replace('1', 'erased'),
  );
  assert.equal(changed, 1);
  const bodies = ['a', 'b'].map((token) => inbox.list(token).messages.map(({ body }) => body));
  assert.deepEqual(bodies, [['from erased', 'from 2'], ['from 1']]);
  assert.deepEqual(inbox.list('a').messages[0]?.headers, { 'x-from': 'erased' });
});
