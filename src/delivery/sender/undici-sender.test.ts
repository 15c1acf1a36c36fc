import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { answerWith, type Receiver, type Respond, startReceiver } from '../../../test/conformance/sender-receiver.ts';
import { selfSigned } from '../../../test/conformance/sender-certificate.ts';
import { type Clock, systemClock } from '../../kit/clock.ts';
import { ManualClock } from '../../kit/manual-clock.ts';
import { createMemoryInbox } from '../inbox/memory-inbox.ts';
import { createAddressGuard } from './address-guard.ts';
import type { Exchange } from './sender.ts';
import { type AskingSender, asking } from '../../../test/support/asking-sender.ts';
import { createUndiciSender, type UndiciSenderOptions } from './undici-sender.ts';

const guard = createAddressGuard({ allowNetworks: ['127.0.0.0/8'] });

function setUp(t: TestContext, change: Partial<UndiciSenderOptions> = {}): AskingSender {
  const clock: Clock = change.clock ?? systemClock;
  const sender = asking(createUndiciSender({ guard, inbox: createMemoryInbox({ clock }), ...change, clock }));
  t.after(() => sender.close());
  return sender;
}

async function receive(t: TestContext, respond: Respond): Promise<Receiver> {
  const receiver = await startReceiver(respond);
  t.after(() => receiver.stop());
  return receiver;
}

const post = (sender: AskingSender, receiver: Receiver, body = '', timeoutMs = 10_000): Promise<Exchange> =>
  sender.send({
    url: `http://127.0.0.1:${receiver.port}/`,
    method: 'POST',
    headers: [],
    body,
    timeoutMs,
    domain: 'acme',
  });

const outcome = (exchange: Exchange): string | number =>
  exchange.kind === 'answered' ? exchange.status : exchange.failure;

describe('undici sender', () => {
  it('keeps no more connections for many certificates than for many origins', async (t) => {
    const authority = selfSigned([], ['127.0.0.1']);
    const receiver = await startReceiver(answerWith(200), {
      ...authority,
      requestCert: true,
      rejectUnauthorized: false,
    });
    t.after(() => receiver.stop());
    const sender = setUp(t, { maxOrigins: 10 });
    const client = selfSigned([], []);
    const auth = { kind: 'mtls', certificate: client.cert, privateKey: client.key, ca: authority.cert } as const;
    for (let sent = 0; sent < 40; sent++) {
      const request = { method: 'POST', headers: [], body: '', timeoutMs: 10_000, domain: `tenant-${sent}`, auth };
      assert.equal(outcome(await sender.send({ url: `https://127.0.0.1:${receiver.port}/`, ...request })), 200);
    }
    assert.equal(receiver.connections, 40);
    while (receiver.open > 10) await new Promise((resolve) => void setImmediate(resolve));
  });

  it('opens no more connections than allowed; the rest waits, and the wait counts against its time', async (t) => {
    const receiver = await receive(t, (got) => (got.body === 'hang' ? undefined : answerWith(200)(got)));
    const sender = setUp(t, { maxConnections: 2 });
    const all = await Promise.all(Array.from({ length: 10 }, () => post(sender, receiver)));
    assert.deepEqual(new Set(all.map(outcome)), new Set([200]));
    assert.equal(receiver.connections, 2);
    const hanging = [post(sender, receiver, 'hang', 150), post(sender, receiver, 'hang', 150)];
    assert.equal(outcome(await post(sender, receiver, 'waits', 50)), 'timeout');
    const next = post(sender, receiver, 'next');
    assert.deepEqual((await Promise.all(hanging)).map(outcome), ['timeout', 'timeout']);
    assert.equal(outcome(await next), 200);
    assert.ok(receiver.requests.every(({ body }) => body !== 'waits'));
  });

  it('lets requests of others to the same origin pass by hundreds that hang', async (t) => {
    const receiver = await receive(t, (got) => (got.body === 'hang' ? undefined : answerWith(200)(got)));
    const sender = setUp(t);
    const hanging = Array.from({ length: 300 }, () => post(sender, receiver, 'hang'));
    assert.equal(outcome(await post(sender, receiver, 'of another domain')), 200);
    await sender.close();
    await Promise.all(hanging);
  });

  it('tries once more where a connection was idle and turns out to be closed, and only then', async (t) => {
    const clock = new ManualClock();
    const receiver = await receive(t, (got) => (got.body === 'cut' ? got.socket.destroy() : answerWith(200)(got)));
    const cutOnReuse = await receive(t, (got) => (got.number === 2 ? got.socket.destroy() : answerWith(200)(got)));
    const sender = setUp(t, { clock });
    assert.equal(outcome(await post(sender, cutOnReuse)), 200);
    clock.advance(1_000);
    assert.equal(outcome(await post(sender, cutOnReuse, 'again')), 200);
    assert.deepEqual(
      cutOnReuse.requests.map(({ connection, body }) => [connection, body]),
      [
        [1, ''],
        [1, 'again'],
        [2, 'again'],
      ],
    );

    assert.equal(outcome(await post(sender, receiver, 'cut')), 'reset');
    assert.equal(receiver.requests.length, 1);
    assert.equal(outcome(await post(sender, receiver)), 200);
    assert.equal(outcome(await post(sender, receiver, 'cut')), 'reset');
    assert.equal(receiver.requests.length, 3);
    assert.equal(outcome(await post(sender, receiver)), 200);
    clock.advance(1_000);
    assert.equal(outcome(await post(sender, receiver, 'cut')), 'reset');
    assert.equal(receiver.requests.length, 6, 'twice and no more');
  });

  it('closes what has not been used for long', async (t) => {
    const clock = new ManualClock();
    const receiver = await receive(t, answerWith(200));
    const sender = setUp(t, { clock, keepAliveMs: 1_000 });
    assert.equal(outcome(await post(sender, receiver, '', 1_000)), 200);
    clock.advance(4_000);
    await receiver.allClosed();
    assert.equal(clock.nextDue(), null, 'nothing is left to look after');
    assert.equal(outcome(await post(sender, receiver)), 200);
  });

  it('replaces a connection that has served for long, between two requests', async (t) => {
    const clock = new ManualClock();
    const receiver = await receive(t, answerWith(200));
    const sender = setUp(t, { clock });
    for (let minute = 0; minute < 25; minute++) {
      assert.equal(outcome(await post(sender, receiver, '', 1e9)), 200);
      clock.advance(60_000);
    }
    assert.equal(receiver.connections, 3);
  });

  it('keeps connections to so many origins, those used last', async (t) => {
    const clock = new ManualClock();
    const receivers = await Promise.all([1, 2, 3].map(() => receive(t, answerWith(200))));
    const [first, second, third] = receivers as [Receiver, Receiver, Receiver];
    const sender = setUp(t, { clock, maxOrigins: 2 });
    for (const receiver of [first, second, first, third]) {
      assert.equal(outcome(await post(sender, receiver)), 200);
      clock.advance(1);
    }
    await second.allClosed();
    assert.deepEqual(
      receivers.map(({ open }) => open),
      [1, 0, 1],
    );
  });

  it('keeps an origin with a request under way, however many others come', async (t) => {
    const hanging = await receive(t, (got) => (got.number === 1 ? undefined : answerWith(200)(got)));
    const sender = setUp(t, { maxOrigins: 1 });
    const first = post(sender, hanging);
    const { socket } = await hanging.nextRequest();
    for (let count = 0; count < 3; count++)
      assert.equal(outcome(await post(sender, await receive(t, answerWith(200)))), 200);
    socket.write('HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n');
    assert.equal(outcome(await first), 202);
  });

  it('reads an answer up to the limit, to the byte', async (t) => {
    const receiver = await receive(t, (got) => answerWith(200, 'x'.repeat(Number(got.body)))(got));
    const sender = setUp(t, { maxResponseBytes: 1_000 });
    assert.equal(outcome(await post(sender, receiver, '1000')), 200);
    assert.equal(receiver.connections, 1);
    assert.equal(outcome(await post(sender, receiver, '1001')), 200);
    assert.equal(outcome(await post(sender, receiver, '5')), 200);
    assert.equal(receiver.connections, 2);
    const { port } = receiver;
    const whole = { url: `http://127.0.0.1:${port}/`, method: 'POST', headers: [], body: '1001', timeoutMs: 10_000 };
    assert.equal(outcome(await sender.send({ ...whole, domain: 'acme', wholeAnswer: true })), 'response_too_large');
  });

  it('looks a name up once at a time, for all that wait', async (t) => {
    const receiver = await receive(t, answerWith(200));
    let asked = 0;
    const sender = setUp(t, {
      lookup: (_hostname, done) => {
        asked += 1;
        setImmediate(() => done(null, [{ address: '127.0.0.1', family: 4 }]));
      },
    });
    const url = `http://crm.example:${receiver.port}/`;
    const send = () => sender.send({ url, method: 'POST', headers: [], body: '', timeoutMs: 10_000, domain: 'acme' });
    await Promise.all(Array.from({ length: 8 }, send));
    assert.deepEqual([asked, receiver.connections], [1, 8]);
  });
});
