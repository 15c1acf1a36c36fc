/** What every driver of the Sender does, whatever the receiver does to it. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { TLSSocket } from 'node:tls';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { type AddressGuard, createAddressGuard } from '../../src/delivery/sender/address-guard.ts';
import type { Lookup } from '../../src/delivery/sender/lookup.ts';
import type { BodyTaker, Exchange, OutgoingRequest, Sender, SendFailure } from '../../src/delivery/sender/sender.ts';
import type { Inbox } from '../../src/delivery/inbox/inbox.ts';
import { createMemoryInbox } from '../../src/delivery/inbox/memory-inbox.ts';
import { systemClock } from '../../src/kit/clock.ts';
import { type AskingSender, asking } from '../support/asking-sender.ts';
import type { MutualTls } from '../../src/subscriptions/subscription.ts';
import { selfSigned, signedBy, type TestCertificate } from './sender-certificate.ts';
import { answer, answerWith, type Receiver, type Respond, startReceiver } from './sender-receiver.ts';

export interface SenderSetup {
  readonly guard: AddressGuard;
  readonly inbox: Inbox;
  readonly lookup?: Lookup;
  readonly ca?: readonly string[];
}

/** Long enough for a busy machine; what waits for it takes so long on every run. */
const shortMs = 80;
const longMs = 10_000;
const loopback = createAddressGuard({ allowNetworks: ['127.0.0.0/8'] });

const request = (change: Partial<OutgoingRequest> & { readonly url: string }): OutgoingRequest => ({
  method: 'POST',
  headers: ['content-type', 'text/plain'],
  body: 'hello',
  timeoutMs: longMs,
  domain: 'acme',
  ...change,
});

/** Answers every look-up of a name with the next of these lists, the last one again and again. */
function scriptedLookup(...answers: readonly (readonly string[])[]): Lookup {
  let asked = 0;
  return (_hostname, done) => {
    const addresses = answers[Math.min(asked++, answers.length - 1)] ?? [];
    queueMicrotask(() =>
      done(
        null,
        addresses.map((address) => ({ address, family: 4 })),
      ),
    );
  };
}

function failedAs(exchange: Exchange, failure: SendFailure): string {
  assert.equal(exchange.kind, 'failed', JSON.stringify(exchange));
  assert.equal(exchange.kind === 'failed' && exchange.failure, failure, JSON.stringify(exchange));
  return exchange.kind === 'failed' ? exchange.message : '';
}

function answeredWith(exchange: Exchange, status: number): Exchange & { kind: 'answered' } {
  assert.ok(exchange.kind === 'answered', JSON.stringify(exchange));
  assert.equal(exchange.status, status);
  return exchange;
}

export function senderConformance(driver: string, create: (setup: SenderSetup) => Sender): void {
  const setUp = (t: TestContext, change: Partial<SenderSetup> = {}): AskingSender => {
    const sender = asking(create({ guard: loopback, inbox: createMemoryInbox({ clock: systemClock }), ...change }));
    t.after(() => sender.close());
    return sender;
  };
  const receive = async (
    t: TestContext,
    respond: Respond,
    ...more: [] | [Parameters<typeof startReceiver>[1]]
  ): Promise<Receiver> => {
    const receiver = await startReceiver(respond, ...more);
    t.after(() => receiver.stop());
    return receiver;
  };
  /** One request to a receiver that answers like this. */
  const exchangeWith = async (t: TestContext, respond: Respond, change: Partial<OutgoingRequest> = {}) => {
    const receiver = await receive(t, respond);
    const exchange = await setUp(t).send(request({ url: `http://127.0.0.1:${receiver.port}/`, ...change }));
    return { exchange, receiver };
  };
  /** A port where connections are handled byte by byte. */
  const listen = async (t: TestContext, onConnection: (socket: Socket) => void): Promise<number> => {
    const open = new Set<Socket>();
    const server = createServer((socket) => {
      open.add(socket.on('error', () => {}));
      onConnection(socket.resume());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => {
      server.close();
      for (const socket of open) socket.destroy();
    });
    return (server.address() as AddressInfo).port;
  };
  const raw =
    (text: string): Respond =>
    ({ socket }) =>
      void socket.write(text);

  describe(`sender (${driver}): an answer that is taken as it comes`, () => {
    /** Takes so much; after each chunk it lets the sender wait. */
    const takerOf = (maxBytes: number, wants: (status: number) => boolean = () => true) => {
      const chunks: Buffer[] = [];
      const heads: number[] = [];
      const taker: BodyTaker = {
        begin: (head) => {
          const { status } = head;
          heads.push(status);
          assert.equal(head.headers['x-kind'], 'sound');
          if (!wants(status)) return null;
          const take = (chunk: Buffer): boolean => {
            chunks.push(chunk);
            setImmediate(() => head.resume());
            return false;
          };
          return { maxBytes, take };
        },
      };
      return { taker, heads, body: () => Buffer.concat(chunks) };
    };
    const body = 'a sound that is long. '.repeat(50_000);
    const respond = answerWith(200, body, { 'x-kind': 'sound' });

    it('is given whole, beyond what is kept of others, and only as it is wanted', async (t) => {
      const { taker, heads, body: taken } = takerOf(body.length);
      const { exchange } = await exchangeWith(t, respond, { taker });
      assert.equal(answeredWith(exchange, 200).excerpt, '');
      assert.deepEqual(heads, [200]);
      assert.ok(taken().equals(Buffer.from(body)));
    });

    it('fails where it is longer than it may be, said or not', async (t) => {
      const { exchange } = await exchangeWith(t, respond, { taker: takerOf(body.length - 1).taker });
      failedAs(exchange, 'response_too_large');
      const unsaid = raw(`HTTP/1.1 200 OK\r\nx-kind: sound\r\n\r\n${body}`);
      const { taker, body: taken } = takerOf(1_000_000);
      failedAs((await exchangeWith(t, unsaid, { taker })).exchange, 'response_too_large');
      assert.ok(taken().length <= 1_000_000);
    });

    it('is kept like any other where it is not wanted', async (t) => {
      const { taker, body: taken } = takerOf(1_000, (status) => status === 200);
      const { exchange } = await exchangeWith(t, answerWith(404, 'nowhere', { 'x-kind': 'sound' }), { taker });
      assert.equal(answeredWith(exchange, 404).excerpt, 'nowhere');
      assert.equal(taken().length, 0);
    });
  });

  describe(`sender (${driver}): an answer`, () => {
    it('comes back with status, excerpt and duration, and the request arrived as given', async (t) => {
      const receiver = await receive(t, answerWith(201, 'thanks'));
      const url = `http://127.0.0.1:${receiver.port}/a/b?c=d%20e`;
      const headers = { 'content-type': 'text/plain', 'x-offhook-attempt': '1' };
      const exchange = answeredWith(
        await setUp(t).send(request({ url, method: 'PUT', headers: Object.entries(headers).flat(), body: 'grüße' })),
        201,
      );
      assert.equal(exchange.excerpt, 'thanks');
      assert.equal(exchange.retryAfterMs, null);
      assert.ok(exchange.durationMs >= 0 && exchange.durationMs < longMs);
      const [got] = receiver.requests;
      assert.match(got?.head ?? '', /^PUT \/a\/b\?c=d%20e HTTP\/1\.1\r\n/);
      assert.match(got?.head ?? '', new RegExp(`^host: 127\\.0\\.0\\.1:${receiver.port}$`, 'im'));
      assert.match(got?.head ?? '', /^x-offhook-attempt: 1$/im);
      assert.match(got?.head ?? '', /^content-length: 7$/im);
      assert.doesNotMatch(got?.head ?? '', /accept-encoding/i);
      assert.equal(got?.body, 'grüße');
    });

    it('may have any status, none is an error', async (t) => {
      for (const status of [200, 204, 301, 400, 404, 410, 429, 500, 503, 599]) {
        const { exchange } = await exchangeWith(
          t,
          raw(`HTTP/1.1 ${status} X\r\n${status === 204 ? '' : 'content-length: 0\r\n'}\r\n`),
        );
        answeredWith(exchange, status);
      }
    });

    it('comes for a request without body, and for bytes', async (t) => {
      const receiver = await receive(t, answerWith(200));
      const sender = setUp(t);
      const url = `http://127.0.0.1:${receiver.port}/`;
      answeredWith(await sender.send(request({ url, method: 'GET', body: null })), 200);
      answeredWith(await sender.send(request({ url, body: Buffer.from('raw') })), 200);
      assert.deepEqual(
        receiver.requests.map(({ body }) => body),
        ['', 'raw'],
      );
    });

    it('is not followed where it redirects', async (t) => {
      const elsewhere = await receive(t, answerWith(200));
      for (const location of [
        'http://169.254.169.254/latest/meta-data/',
        `http://127.0.0.1:${elsewhere.port}/`,
        '//evil/',
      ]) {
        const { exchange } = await exchangeWith(t, answerWith(307, '', { location }));
        answeredWith(exchange, 307);
      }
      assert.equal(elsewhere.connections, 0);
    });

    it('carries Retry-After in milliseconds', async (t) => {
      const { exchange } = await exchangeWith(t, answerWith(503, '', { 'retry-after': '120' }));
      assert.equal(answeredWith(exchange, 503).retryAfterMs, 120_000);
    });

    it('comes with the headers that the request names, and no others', async (t) => {
      const respond = answerWith(200, '', { 'x-left': '3', 'x-long': 'y'.repeat(1_000), 'set-cookie': 'secret=1' });
      const plain = answeredWith((await exchangeWith(t, respond)).exchange, 200);
      assert.equal(plain.headers, undefined);
      const { exchange } = await exchangeWith(t, respond, { keepHeaders: ['x-left', 'x-long', 'x-none'] });
      assert.deepEqual(answeredWith(exchange, 200).headers, { 'x-left': '3', 'x-long': 'y'.repeat(256) });
    });

    it('is the last one where informational ones come before it', async (t) => {
      const early = 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n';
      const { exchange } = await exchangeWith(t, raw(early + early + answer(200, 'real')));
      assert.equal(answeredWith(exchange, 200).excerpt, 'real');
    });

    it('is handed back as far as the request asks for', async (t) => {
      const respond = answerWith(200, 'x'.repeat(40_000));
      assert.equal(answeredWith((await exchangeWith(t, respond)).exchange, 200).excerpt.length, 2_048);
      const { exchange } = await exchangeWith(t, respond, { keepBytes: 32_768 });
      assert.equal(answeredWith(exchange, 200).excerpt.length, 32_768);
    });

    it('may be chunked, or end with the connection', async (t) => {
      const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n';
      assert.equal(answeredWith((await exchangeWith(t, raw(chunked))).exchange, 200).excerpt, 'abcde');
      const old = await exchangeWith(t, ({ socket }) => void socket.end('HTTP/1.0 200 OK\r\n\r\nuntil the end'));
      assert.equal(answeredWith(old.exchange, 200).excerpt, 'until the end');
    });

    it('is kept to 2 kB of text, cut between characters, without control characters', async (t) => {
      const { exchange } = await exchangeWith(t, answerWith(500, `\u0007\u001b[31mß${'€'.repeat(5_000)}`));
      const { excerpt } = answeredWith(exchange, 500);
      assert.ok(
        Buffer.byteLength(excerpt) <= 2_048 && Buffer.byteLength(excerpt) > 2_000,
        String(Buffer.byteLength(excerpt)),
      );
      assert.match(excerpt, /^\ufffd\ufffd\[31mß€+$/);
    });

    it('has none of the credentials that were sent, also where it is cut inside one', async (t) => {
      const echo: Respond = ({ head, socket }) => void socket.write(answer(500, head));
      const bearer = { auth: { kind: 'bearer', token: 'planted-token' } } as const;
      const headers = ['authorization', 'Bearer planted-token', 'x-other', 'shown'];
      const told = answeredWith((await exchangeWith(t, echo, { ...bearer, headers })).exchange, 500).excerpt;
      assert.match(told, /authorization: Bearer \(token\)\r\nx-other: shown/);
      for (let room = 0; room <= 14; room++) {
        const cut = answerWith(500, `${'x'.repeat(2_048 - room)}planted-token and more`);
        const { excerpt } = answeredWith((await exchangeWith(t, cut, { ...bearer, headers })).exchange, 500);
        assert.match(excerpt, /^x+(\(token\)? ?)?$/, String(room));
      }
    });

    it('is not unpacked where it is compressed', async (t) => {
      const bomb = gzipSync(Buffer.alloc(10_000_000));
      const head = `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`;
      const { exchange } = await exchangeWith(
        t,
        ({ socket }) => void socket.write(Buffer.concat([Buffer.from(head), bomb])),
      );
      assert.equal(answeredWith(exchange, 200).excerpt, '(gzip data)');
    });
  });

  describe(`sender (${driver}): time`, () => {
    const late = async (t: TestContext, respond: Respond): Promise<void> => {
      const { exchange, receiver } = await exchangeWith(t, respond, { timeoutMs: shortMs });
      failedAs(exchange, 'timeout');
      assert.ok(exchange.durationMs >= shortMs - 2 && exchange.durationMs < longMs, String(exchange.durationMs));
      await receiver.allClosed();
    };
    const drip =
      (text: string): Respond =>
      ({ socket }) => {
        let sent = 0;
        const dripping = setInterval(() => socket.write(text[sent++ % text.length] ?? ''), 5);
        socket.on('close', () => clearInterval(dripping));
      };

    it('ends an exchange whose answer does not begin', (t) => late(t, () => {}));
    it('ends an exchange whose answer stops after its head', (t) =>
      late(t, raw('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nab')));
    it('ends an exchange whose head drips', (t) => late(t, drip(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(10_000)}`)));
    it('ends an exchange whose body drips', (t) =>
      late(t, (got) => {
        got.socket.write('HTTP/1.1 200 OK\r\ncontent-length: 60000\r\n\r\n');
        drip('z')(got);
      }));
    it('ends an exchange of endless informational answers', (t) => late(t, drip('HTTP/1.1 103 E\r\n\r\n')));

    it('ends an exchange whose TLS handshake gets no answer', async (t) => {
      const port = await listen(t, () => {});
      failedAs(await setUp(t).send(request({ url: `https://127.0.0.1:${port}/`, timeoutMs: shortMs })), 'timeout');
    });

    it('ends an exchange whose look-up gets no answer', async (t) => {
      const sender = setUp(t, { lookup: () => {} });
      failedAs(await sender.send(request({ url: 'http://crm.example/', timeoutMs: shortMs })), 'timeout');
    });

    it('leaves the next exchange untouched', async (t) => {
      const receiver = await receive(t, (got) => (got.number === 1 ? undefined : answerWith(200, 'second')(got)));
      const sender = setUp(t);
      const url = `http://127.0.0.1:${receiver.port}/`;
      failedAs(await sender.send(request({ url, timeoutMs: shortMs })), 'timeout');
      assert.equal(answeredWith(await sender.send(request({ url })), 200).excerpt, 'second');
    });
  });

  describe(`sender (${driver}): a bad answer`, () => {
    it('is cut off where it is endless, and the connection with it', async (t) => {
      const block = Buffer.alloc(65_536, 'x');
      let written = 0;
      const { exchange, receiver } = await exchangeWith(t, ({ socket }) => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        const pour = (): void => {
          while (!socket.destroyed && socket.write(block)) written += block.length;
          socket.once('drain', pour);
        };
        pour();
      });
      assert.equal(answeredWith(exchange, 200).excerpt, 'x'.repeat(2_048));
      await receiver.allClosed();
      assert.ok(written < 50_000_000, `${written} bytes were taken`);
    });

    it('is cut off where it announces a gigabyte', async (t) => {
      const { exchange, receiver } = await exchangeWith(
        t,
        raw('HTTP/1.1 503 Unavailable\r\ncontent-length: 1000000000\r\nretry-after: 7\r\n\r\n'),
      );
      assert.equal(answeredWith(exchange, 503).retryAfterMs, 7_000);
      await receiver.allClosed();
    });

    it('is cut off where its head is huge', async (t) => {
      failedAs(
        (await exchangeWith(t, raw(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`))).exchange,
        'response_too_large',
      );
      const many = Array.from({ length: 5_000 }, (_, index) => `x-${index}: y\r\n`).join('');
      failedAs((await exchangeWith(t, raw(`HTTP/1.1 200 OK\r\n${many}\r\n`))).exchange, 'response_too_large');
    });

    it('is a reset where it ends half-way, or never begins', async (t) => {
      const partial = ['', 'HTTP/1.1 200', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc'];
      const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab';
      for (const text of [...partial, chunked]) {
        const { exchange } = await exchangeWith(t, ({ socket }) => void socket.end(text));
        failedAs(exchange, 'reset');
        const cut = await exchangeWith(t, ({ socket }) => void socket.write(text, () => socket.resetAndDestroy()));
        failedAs(cut.exchange, 'reset');
      }
    });

    it('fails where it is not HTTP', async (t) => {
      const texts = [
        'SSH-2.0-OpenSSH_9.2\r\n',
        'HTTP/9.9 200 OK\r\n\r\n',
        '\u0000\u0001\u0002\u0003',
        '{"ok":true}\r\n\r\n',
      ];
      const heads = [
        'x y: z',
        'content-length: -1',
        'content-length: 1\r\ncontent-length: 2',
        'content-length: 1\r\ntransfer-encoding: chunked',
      ];
      for (const text of [...texts, ...heads.map((head) => `HTTP/1.1 200 OK\r\n${head}\r\n\r\n`)]) {
        const { exchange } = await exchangeWith(t, ({ socket }) => void socket.end(text));
        assert.equal(exchange.kind, 'failed', text);
      }
    });

    it('never makes it throw, whatever bytes come', async (t) => {
      const parts = fc.constantFrom(
        'HTTP/1.1 ',
        '200 OK',
        '\r\n',
        ': ',
        'content-length',
        'transfer-encoding: chunked',
        '7',
        '\u0000',
        'é',
      );
      const sender = setUp(t);
      let text = '';
      const receiver = await receive(t, ({ socket }) => void socket.end(text));
      await fc.assert(
        fc.asyncProperty(fc.array(fc.oneof(parts, fc.string()), { maxLength: 12 }), async (all) => {
          text = all.join('');
          const exchange = await sender.send(request({ url: `http://127.0.0.1:${receiver.port}/`, timeoutMs: 2_000 }));
          assert.ok(exchange.kind === 'failed' || exchange.status >= 100);
        }),
        { numRuns: 60 },
      );
    });
  });

  describe(`sender (${driver}): addresses`, () => {
    it('refuses a forbidden address, however it is written, without connecting', async (t) => {
      const receiver = await receive(t, answerWith(200));
      const sender = setUp(t, { guard: createAddressGuard({ allowNetworks: [] }) });
      for (const host of [
        '127.0.0.1',
        '2130706433',
        '0x7f.1',
        '0177.0.0.1',
        '127.1',
        '[::ffff:127.0.0.1]',
        '[::1]',
        'localhost',
      ]) {
        const message = failedAs(
          await sender.send(request({ url: `http://${host}:${receiver.port}/` })),
          'refused_address',
        );
        assert.match(message, /loopback.*delivery\.allowNetworks/);
      }
      assert.equal(receiver.connections, 0);
    });

    it('refuses a name that leads to a forbidden address, also when it did not the first time', async (t) => {
      const receiver = await receive(t, ({ socket }) => void socket.end(answer(200, '', { connection: 'close' })));
      const guard = createAddressGuard({ allowNetworks: ['127.0.0.1/32'] });
      const sender = setUp(t, { guard, lookup: scriptedLookup(['127.0.0.1'], ['127.0.0.2'], ['169.254.169.254']) });
      const url = `http://crm.example:${receiver.port}/`;
      answeredWith(await sender.send(request({ url })), 200);
      await receiver.allClosed();
      assert.match(failedAs(await sender.send(request({ url })), 'refused_address'), /crm\.example: 127\.0\.0\.2/);
      assert.match(failedAs(await sender.send(request({ url })), 'refused_address'), /metadata/);
      assert.equal(receiver.connections, 1);
    });

    it('uses only the permitted ones of several addresses', async (t) => {
      const receiver = await receive(t, answerWith(200));
      const guard = createAddressGuard({ allowNetworks: ['127.0.0.1/32'] });
      const sender = setUp(t, { guard, lookup: scriptedLookup(['10.0.0.1', '169.254.169.254', '127.0.0.1']) });
      answeredWith(await sender.send(request({ url: `http://crm.example:${receiver.port}/` })), 200);
    });

    it('refuses a name whose look-up gives no address, or something else', async (t) => {
      const url = 'http://crm.example/';
      failedAs(await setUp(t, { lookup: scriptedLookup([]) }).send(request({ url })), 'dns');
      failedAs(await setUp(t, { lookup: scriptedLookup(['crm.example']) }).send(request({ url })), 'refused_address');
    });

    it('does not let a domain use the connection that was opened for one with more allowed', async (t) => {
      const receiver = await receive(t, answerWith(200));
      const extra = ['127.0.0.1'];
      const guard = createAddressGuard({
        allowNetworks: [],
        allowedFor: (domain) => (domain === 'trusted' ? extra : []),
      });
      const sender = setUp(t, { guard });
      const url = `http://127.0.0.1:${receiver.port}/`;
      for (let round = 0; round < 3; round++) {
        answeredWith(await sender.send(request({ url, domain: 'trusted' })), 200);
        failedAs(await sender.send(request({ url, domain: 'acme' })), 'refused_address');
      }
      assert.deepEqual([receiver.connections, receiver.requests.length], [1, 3]);
    });

    it('pays no regard to proxies of the environment', async (t) => {
      const proxy = await receive(t, answerWith(502));
      const names = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY', 'NODE_USE_ENV_PROXY'] as const;
      for (const name of names)
        process.env[name] = name === 'NODE_USE_ENV_PROXY' ? '1' : `http://127.0.0.1:${proxy.port}`;
      t.after(() => {
        for (const name of names) delete process.env[name];
      });
      answeredWith((await exchangeWith(t, answerWith(200))).exchange, 200);
      assert.equal(proxy.connections, 0);
    });

    it('says when nobody listens, and when there is no such name', async (t) => {
      const receiver = await receive(t, () => {});
      await receiver.stop();
      const sender = setUp(t);
      failedAs(await sender.send(request({ url: `http://127.0.0.1:${receiver.port}/` })), 'connect');
      const notFound = Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' });
      const lost = setUp(t, { lookup: (_name, done) => done(notFound, []) });
      assert.match(failedAs(await lost.send(request({ url: 'http://crm.example/' })), 'dns'), /crm\.example/);
    });
  });

  describe(`sender (${driver}): TLS`, () => {
    const certificate = selfSigned(['crm.example'], ['127.0.0.1']);
    const lookup = scriptedLookup(['127.0.0.1']);

    it('answers where the certificate is trusted and names the host, by name and by address', async (t) => {
      const receiver = await receive(t, answerWith(200, 'secure'), certificate);
      const sender = setUp(t, { lookup, ca: [certificate.cert] });
      for (const host of ['crm.example', '127.0.0.1']) {
        const exchange = await sender.send(request({ url: `https://${host}:${receiver.port}/` }));
        assert.equal(answeredWith(exchange, 200).excerpt, 'secure');
      }
    });

    it('fails where the certificate is not trusted, or names another host, and sends nothing', async (t) => {
      const receiver = await receive(t, answerWith(200), certificate);
      const url = (host: string): string => `https://${host}:${receiver.port}/`;
      const unknown = await setUp(t, { lookup }).send(request({ url: url('crm.example') }));
      assert.match(failedAs(unknown, 'tls'), /self-signed; give its .*endpoint\.auth\.ca/);
      const other = await setUp(t, { lookup, ca: [certificate.cert] }).send(request({ url: url('other.example') }));
      assert.match(failedAs(other, 'tls'), /other\.example.*for other host names; use one/);
      assert.equal(receiver.requests.length, 0);
    });

    it('fails where the receiver speaks no TLS', async (t) => {
      const port = await listen(t, (socket) => socket.once('data', () => socket.end(answer(400))));
      assert.match(
        failedAs(await setUp(t).send(request({ url: `https://127.0.0.1:${port}/` })), 'tls'),
        /wrong version/,
      );
    });

    it('fails where the receiver closes during the handshake', async (t) => {
      const port = await listen(t, (socket) => socket.once('data', () => socket.destroy()));
      failedAs(await setUp(t).send(request({ url: `https://127.0.0.1:${port}/` })), 'tls');
    });
  });

  describe(`sender (${driver}): client certificates`, () => {
    const authority = selfSigned([], []);
    const server = signedBy(authority, { addresses: ['127.0.0.1'], subject: 'receiver' });
    const clients = selfSigned([], [], 7_200_000);
    const auth = ({ cert, key }: TestCertificate, ca: string | null = authority.cert): MutualTls => ({
      kind: 'mtls',
      certificate: cert,
      privateKey: key,
      ca,
    });
    const client = signedBy(clients, { subject: 'acme' });
    const checking = { ...server, ca: [clients.cert], requestCert: true, rejectUnauthorized: true };
    const shown = ({ socket }: { readonly socket: Socket }): string =>
      (socket as TLSSocket).getPeerX509Certificate()?.fingerprint256 ?? 'none';
    const printOf = ({ cert }: TestCertificate): string => new X509Certificate(cert).fingerprint256;
    const showing: Respond = (got) => answerWith(200, shown(got))(got);
    const url = ({ port }: Receiver): string => `https://127.0.0.1:${port}/`;

    it('are shown to a receiver that checks them, on kept connections', async (t) => {
      const receiver = await receive(t, showing, checking);
      const sender = setUp(t);
      for (let sent = 0; sent < 3; sent++) {
        const exchange = await sender.send(request({ url: url(receiver), auth: auth(client) }));
        assert.equal(answeredWith(exchange, 200).excerpt, printOf(client));
      }
      assert.equal(receiver.connections, 1);
    });

    it('are each shown on connections of their own, also to the same receiver', async (t) => {
      const receiver = await receive(t, showing, { ...checking, rejectUnauthorized: false });
      const sender = setUp(t, { ca: [authority.cert] });
      const other = signedBy(clients, { subject: 'umbrella' });
      const callers: readonly [Partial<OutgoingRequest>, string][] = [
        [{ domain: 'acme', auth: auth(client) }, printOf(client)],
        [{ domain: 'umbrella', auth: auth(other) }, printOf(other)],
        [{ domain: 'umbrella', auth: auth(client) }, printOf(client)],
        [{ domain: 'acme', auth: auth(client, null) }, printOf(client)],
        [{ domain: 'acme' }, 'none'],
      ];
      const connections = callers.map(() => new Set<number>());
      for (let round = 0; round < 4; round++) {
        for (const [index, [caller, print]] of callers.entries()) {
          const exchange = await sender.send(request({ url: url(receiver), ...caller }));
          assert.equal(answeredWith(exchange, 200).excerpt, print);
          connections[index]?.add(receiver.requests.at(-1)?.connection ?? 0);
        }
      }
      assert.equal(receiver.connections, callers.length);
      assert.ok(connections.every(({ size }) => size === 1));
    });

    it('go to nobody whose own certificate is not from the authority that was given', async (t) => {
      const receiver = await receive(t, showing, checking);
      const wrongCa = await setUp(t).send(request({ url: url(receiver), auth: auth(client, clients.cert) }));
      assert.match(failedAs(wrongCa, 'tls'), /unknown authority.*endpoint\.auth\.ca/);
      // The authority that was given stands instead of those of the system, not beside them.
      const sender = setUp(t, { ca: [authority.cert] });
      failedAs(await sender.send(request({ url: url(receiver), auth: auth(client, clients.cert) })), 'tls');
      const expired = signedBy(authority, { addresses: ['127.0.0.1'], untilMs: -3_600_000 });
      const late = await receive(t, showing, { ...checking, ...expired });
      const message = failedAs(await sender.send(request({ url: url(late), auth: auth(client) })), 'tls');
      assert.match(message, /has expired; its owner has to renew it/);
      assert.equal(receiver.requests.length + late.requests.length, 0);
    });

    it('that the receiver does not take are what the failure points to', async (t) => {
      const receiver = await receive(t, showing, checking);
      const sender = setUp(t);
      for (const refused of [signedBy(clients, { untilMs: -3_600_000 }), selfSigned([], [])]) {
        const exchange = await sender.send(request({ url: url(receiver), auth: auth(refused) }));
        assert.ok(exchange.kind === 'failed' && /client certificate/.test(exchange.message), JSON.stringify(exchange));
      }
      assert.equal(receiver.requests.length, 0);
      answeredWith(await sender.send(request({ url: url(receiver), auth: auth(client) })), 200);
    });

    it('that cannot be used, or have no TLS to be shown in, are failures like others', async (t) => {
      const receiver = await receive(t, showing);
      const sender = setUp(t);
      const mixed = { ...auth(client), privateKey: clients.key };
      const message = failedAs(await sender.send(request({ url: url(receiver), auth: mixed })), 'tls');
      assert.match(message, /certificate or key/);
      assert.doesNotMatch(message, /BEGIN/);
      const plain = request({ url: `http://127.0.0.1:${receiver.port}/`, auth: auth(client) });
      failedAs(await sender.send(plain), 'tls');
      assert.equal(receiver.requests.length, 0);
    });
  });

  describe(`sender (${driver}): connections`, () => {
    it('are kept and used again', async (t) => {
      const receiver = await receive(t, answerWith(200));
      const sender = setUp(t);
      for (let sent = 0; sent < 30; sent++)
        answeredWith(await sender.send(request({ url: `http://127.0.0.1:${receiver.port}/` })), 200);
      assert.equal(receiver.connections, 1);
    });

    it('carry as many requests at once as there are', async (t) => {
      const waiting: (() => void)[] = [];
      const receiver = await receive(t, (got) => {
        waiting.push(() => answerWith(200, got.body)(got));
        if (waiting.length === 20) for (const go of waiting) go();
      });
      const sender = setUp(t);
      const url = `http://127.0.0.1:${receiver.port}/`;
      const bodies = Array.from({ length: 20 }, (_, index) => `body ${index}`);
      const exchanges = await Promise.all(bodies.map((body) => sender.send(request({ url, body }))));
      assert.deepEqual(
        exchanges.map((exchange) => answeredWith(exchange, 200).excerpt),
        bodies,
      );
    });

    it('are replaced without a failure where the receiver closes or resets an idle one', async (t) => {
      const receiver = await receive(t, answerWith(200));
      const other = await receive(t, answerWith(200));
      const sender = setUp(t);
      for (let round = 0; round < 6; round++) {
        answeredWith(await sender.send(request({ url: `http://127.0.0.1:${receiver.port}/` })), 200);
        const { socket } = receiver.requests.at(-1) ?? {};
        if (round % 2 === 0) socket?.end();
        else socket?.resetAndDestroy();
        await receiver.allClosed();
        // Whatever the closed connection still had to say was said before this exchange is over.
        await sender.send(request({ url: `http://127.0.0.1:${other.port}/` }));
      }
      assert.equal(receiver.connections, 6);
    });

    it('are not used again after an answer with more bytes than it said', async (t) => {
      const receiver = await receive(
        t,
        (got) => void got.socket.write(answer(200, `to ${got.body}`) + answer(200, 'smuggled')),
      );
      const sender = setUp(t);
      for (const body of ['a', 'b', 'c']) {
        const exchange = await sender.send(request({ url: `http://127.0.0.1:${receiver.port}/`, body }));
        if (exchange.kind === 'answered') assert.equal(exchange.excerpt, `to ${body}`);
      }
    });
  });

  describe(`sender (${driver}): stopping`, () => {
    it('ends what the signal is for, and nothing else', async (t) => {
      const receiver = await receive(t, (got) => (got.body === 'go' ? answerWith(200)(got) : undefined));
      const sender = setUp(t);
      const url = `http://127.0.0.1:${receiver.port}/`;
      const stop = new AbortController();
      const stopped = Array.from({ length: 20 }, () => sender.send(request({ url }), stop.signal));
      while (receiver.requests.length < 20) await receiver.nextRequest();
      const other = sender.send(request({ url, body: 'go' }), new AbortController().signal);
      stop.abort();
      for (const exchange of await Promise.all(stopped)) failedAs(exchange, 'stopped');
      answeredWith(await other, 200);
      failedAs(await sender.send(request({ url }), stop.signal), 'stopped');
      assert.equal(receiver.requests.length, 21);
    });

    it('ends a request that is still looking up or connecting', async (t) => {
      const sender = setUp(t, { lookup: () => {} });
      const stop = new AbortController();
      const exchange = sender.send(request({ url: 'http://crm.example/' }), stop.signal);
      stop.abort();
      failedAs(await exchange, 'stopped');
    });

    it('leaves an exchange that is over as it is', async (t) => {
      const receiver = await receive(t, answerWith(200));
      const stop = new AbortController();
      const exchange = await setUp(t).send(request({ url: `http://127.0.0.1:${receiver.port}/` }), stop.signal);
      stop.abort();
      answeredWith(exchange, 200);
    });

    it('ends everything under way on close, lets go of all connections, and takes nothing more', async (t) => {
      const receiver = await receive(t, (got) => (got.body === 'go' ? answerWith(200)(got) : undefined));
      const sender = setUp(t);
      const url = `http://127.0.0.1:${receiver.port}/`;
      answeredWith(await sender.send(request({ url, body: 'go' })), 200);
      const hanging = [1, 2, 3].map(() => sender.send(request({ url })));
      while (receiver.requests.length < 4) await receiver.nextRequest();
      await sender.close();
      for (const exchange of await Promise.all(hanging)) failedAs(exchange, 'stopped');
      await receiver.allClosed();
      failedAs(await sender.send(request({ url })), 'stopped');
      failedAs(await sender.send(request({ url: 'inbox:a' })), 'stopped');
      await sender.close();
    });
  });

  describe(`sender (${driver}): what it takes`, () => {
    it('never rejects a URL it cannot send to', async (t) => {
      const sender = setUp(t);
      for (const url of [
        '',
        'crm',
        'ftp://a/',
        'file:///etc/passwd',
        'data:,x',
        'http://',
        'https://u:p@crm.example/',
        'http://[::1',
        'inbox:',
        'inbox:a b',
        'unix:/x',
      ]) {
        failedAs(await sender.send(request({ url })), 'bad_url');
      }
      assert.doesNotMatch(
        failedAs(await sender.send(request({ url: 'https://u:geheim@crm.example/' })), 'bad_url'),
        /geheim/,
      );
    });

    it('sends no header that would break out of its line, and none it must not', async (t) => {
      const receiver = await receive(t, answerWith(200));
      const sender = setUp(t);
      const url = `http://127.0.0.1:${receiver.port}/`;
      const bad = [
        { 'x-a': 'b\r\nx-evil: 1' },
        { 'x-a': 'b\nc' },
        { 'x-a': '\u560d\u560aevil' },
        { 'x\r\ny': 'z' },
        { 'transfer-encoding': 'chunked' },
      ];
      for (const headers of bad) {
        assert.equal(
          (await sender.send(request({ url, headers: Object.entries(headers).flat() }))).kind,
          'failed',
          JSON.stringify(headers),
        );
      }
      assert.equal(receiver.requests.length, 0);
      answeredWith(await sender.send(request({ url })), 200);
    });

    it('delivers to the inbox inside the process, through no guard', async (t) => {
      const inbox = createMemoryInbox({ clock: systemClock });
      const sender = setUp(t, { inbox, guard: createAddressGuard({ allowNetworks: [] }) });
      const exchange = await sender.send(request({ url: 'inbox:demo', body: '{"a":1}' }));
      assert.equal(answeredWith(exchange, 204).excerpt, '');
      assert.deepEqual(
        inbox.list('demo').messages.map(({ body, method }) => [body, method]),
        [['{"a":1}', 'POST']],
      );
    });
  });
}
