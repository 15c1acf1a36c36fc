import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { ManualClock } from '../../kit/manual-clock.ts';
import { createApiWorld, type ApiWorld } from '../../../test/support/api-world.ts';

let world: ApiWorld;
let id = '';
before(async () => {
  world = await createApiWorld();
  await world.api.start();
  const subscription = { name: 'n', dialect: 'cloudevents', endpoint: { url: 'inbox:known' } };
  id = (await world.post('/v1/subscriptions', subscription)).json<{ id: string }>().id;
});
after(() => world.stop());

const postAs = (token: string, payload: string) =>
  world.api.app.inject({ method: 'POST', url: `/inbox/${token}`, payload, headers: { 'content-type': 'text/plain' } });

test('a stranger posts to an inbox that a subscription delivers to, and makes none', async () => {
  assert.equal((await postAs('known', 'hello')).statusCode, 204);
  const other = await postAs('unknown', 'hello');
  assert.equal(other.statusCode, 404);
  assert.equal(other.json().code, 'inbox_not_found');
  assert.deepEqual(world.deps.inbox.tokens(), ['known']);
});

test('an inbox comes and goes with its subscription', async () => {
  const patch = (url: string) =>
    world.ask({ method: 'PATCH', url: `/v1/subscriptions/${id}`, payload: { endpoint: { url } } });
  await patch('inbox:later');
  assert.deepEqual([(await postAs('later', 'x')).statusCode, (await postAs('known', 'x')).statusCode], [204, 404]);
  await patch('inbox:known');
  assert.equal((await postAs('known', 'x')).statusCode, 204);
});

/** Sends a head and never a body; @returns all that is answered until the server hangs up. */
async function answerWithoutBody(token: string, length: number): Promise<string> {
  const socket = connect(Number(new URL(world.api.url()).port), '127.0.0.1').setEncoding('utf8');
  let answer = '';
  socket.on('data', (part: string) => (answer += part));
  socket.write(
    `POST /inbox/${token} HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: ${length}\r\n\r\n`,
  );
  await once(socket, 'end');
  socket.destroy();
  return answer;
}

test('what is refused is refused before its body is there', { timeout: 10_000 }, async () => {
  assert.match(await answerWithoutBody('unknown', 1_000), /^HTTP\/1\.1 404 /);
  assert.match(await answerWithoutBody('known', 262_145), /^HTTP\/1\.1 413 /);
});

test('a body that drips is not waited for longer than ten seconds', { timeout: 10_000 }, async () => {
  const clock = new ManualClock();
  const slow = await createApiWorld({ deps: { clock } });
  try {
    await slow.api.start();
    await slow.post('/v1/subscriptions', { name: 'n', dialect: 'cloudevents', endpoint: { url: 'inbox:known' } });
    const socket = connect(Number(new URL(slow.api.url()).port), '127.0.0.1').setEncoding('utf8');
    let answer = '';
    socket.on('data', (part: string) => (answer += part));
    const head = 'POST /inbox/known HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: 100\r\n\r\nx';
    const received = once(slow.api.app.server, 'request');
    socket.write(head);
    await received;
    const ended = once(socket, 'end');
    clock.advance(9_999);
    assert.equal(answer, '');
    clock.advance(1);
    await ended;
    assert.match(answer, /^HTTP\/1\.1 408 /);
    assert.match(answer, /"code":"request_timeout"/);
    socket.destroy();
    assert.deepEqual(slow.deps.inbox.tokens(), []);
  } finally {
    await slow.stop();
  }
});

test('a body that does not say its length is read no further than the limit', async () => {
  const body = new ReadableStream<Uint8Array>({ pull: (stream) => stream.enqueue(new Uint8Array(65_536)) });
  const url = `${world.api.url()}/inbox/known`;
  const answer = await fetch(url, { method: 'POST', body, duplex: 'half' }).catch((error: Error) => error);
  // The server hangs up while the rest is being sent: its answer may be lost on the way.
  if (!(answer instanceof Error)) assert.equal(answer.status, 413);
  assert.ok(world.deps.inbox.list('known', { limit: 500 }).messages.every(({ bodyBytes }) => bodyBytes <= 262_144));
});
