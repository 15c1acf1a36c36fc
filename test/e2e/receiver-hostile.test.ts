/** Requests made to hurt a receiver, to the library under each web framework. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { after, before, describe, test, type TestContext } from 'node:test';
import express from 'express';
import { newSigningSecret } from '../../src/kit/signing-secret.ts';
import { createReceiver, expressHandler, ReceiverProblem } from '../../src/receiver/index.ts';
import { notificationOf, pairs, post, storedEvent } from '../support/receiver/requests.ts';
import { type Framework, frameworks, type Serving } from '../support/receiver/serving.ts';

const secret = newSigningSecret();
const headBytes = (url: string, headers: readonly (readonly [string, string])[]): string =>
  `POST ${new URL(url).pathname} HTTP/1.1\r\nhost: receiver\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`;

async function connectTo(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  return socket.on('error', () => {});
}

async function statusLine(socket: Socket): Promise<string> {
  const [data] = (await once(socket, 'data')) as [Buffer];
  return data.toString('latin1').split('\r\n', 1)[0] ?? '';
}

for (const name of Object.keys(frameworks) as Framework[]) {
  if (name === 'express after a raw parser') continue; // There the parser reads the body, with limits of its own.
  describe(`a receiver on ${name}, attacked`, () => {
    const handled: string[] = [];
    const errors: unknown[] = [];
    let told = (): void => {};
    let serving: Serving;
    before(async () => {
      const receiver = createReceiver({
        secrets: secret,
        maxBodyBytes: 100_000,
        onEvent: ({ id }) => void handled.push(id),
        onError: (error) => {
          errors.push(error);
          told();
        },
      });
      serving = await frameworks[name](receiver);
    });
    after(() => serving.stop());

    const stillWorks = async (): Promise<void> => {
      const event = storedEvent();
      const { status } = await post(serving.url, notificationOf([event], { secrets: [secret] }));
      assert.deepEqual([status, handled.at(-1)], [200, event.id]);
    };

    test('answers a stranger while the upload still runs, and one without an end when it is too long', async () => {
      const signature = pairs(notificationOf([storedEvent()], { secrets: [secret] }).headers);
      for (const [headers, status] of [
        [[], 401],
        [signature, 413],
      ] as const) {
        const socket = await connectTo(serving.url);
        socket.write(headBytes(serving.url, [...headers, ['transfer-encoding', 'chunked']]));
        for (let part = 0; part < 8; part++) socket.write(`4000\r\n${'x'.repeat(0x4000)}\r\n`);
        assert.match(await statusLine(socket), new RegExp(` ${status} `));
        socket.destroy();
      }
      await stillWorks();
    });

    test('handles nothing whose sender went away in the middle', async () => {
      const { headers, body } = notificationOf([storedEvent()], { secrets: [secret] });
      const length = ['content-length', String(Buffer.byteLength(body))] as const;
      const heard = new Promise<void>((resolve) => (told = resolve));
      const before = handled.length;
      const socket = await connectTo(serving.url);
      socket.write(headBytes(serving.url, [...pairs(headers), length]) + String(body).slice(0, 100), () =>
        socket.destroy(),
      );
      await heard;
      assert.equal(handled.length, before);
      assert.ok(!(errors.at(-1) instanceof ReceiverProblem) || /signature/.test(String(errors.at(-1))));
      await stillWorks();
    });
  });
}

async function withExpress(context: TestContext, parser: express.RequestHandler, onError: (error: unknown) => void) {
  const app = express();
  app.use(parser);
  app.post('/hook', expressHandler(createReceiver({ secrets: secret, onEvent: () => {}, onError })));
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close().closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
}

test('a body that was parsed before says what to do, and is tried again', async (context) => {
  const errors: unknown[] = [];
  const url = await withExpress(context, express.json({ type: '*/*' }), (error) => void errors.push(error));
  const answer = await post(url, notificationOf([storedEvent()], { secrets: [secret] }));
  assert.equal(answer.status, 500);
  assert.match(String(errors[0]), /mount it before express\.json\(\)/);
});

test('a parser that took no notice of the body does no harm: Express 4 leaves an empty object', async (context) => {
  const parser: express.RequestHandler = (request, _response, next) => {
    request.body = {};
    next();
  };
  const url = await withExpress(context, parser, (error) => assert.fail(String(error)));
  const answer = await post(url, notificationOf([storedEvent()], { secrets: [secret] }));
  assert.equal(answer.status, 200);
});
