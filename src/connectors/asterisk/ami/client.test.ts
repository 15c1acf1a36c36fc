import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type FakeManager, type ManagerOptions, startFakeManager } from '../../../../test/support/asterisk-manager.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { Logger } from '../../../kit/logger.ts';
import { ManualClock } from '../../../kit/manual-clock.ts';
import { AmiClient } from './client.ts';
import type { AmiLoss } from './connection.ts';
import type { AmiEndpoint } from './endpoint.ts';

type Told =
  | { readonly kind: 'ready' }
  | { readonly kind: 'event'; readonly name: string | null }
  | { readonly kind: 'lost'; readonly loss: AmiLoss; readonly retryMs: number | null };

/** A client whose listener's calls can be waited for one by one. */
function listen(endpoint: AmiEndpoint, clock: Clock, t: TestContext) {
  const logged: string[] = [];
  const told: Told[] = [];
  let wake = (): void => {};
  const tell = (one: Told): void => {
    told.push(one);
    wake();
  };
  const log = (fields: object, message: string): void => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const logger: Logger = {
    debug: log,
    info: log,
    warn: log,
    error: (fields, message) => log(fields, `ERROR ${message}`),
  };
  const client = new AmiClient(
    endpoint,
    { clock, random: { next: () => 0.5 }, logger },
    {
      ready: () => tell({ kind: 'ready' }),
      event: (packet) => tell({ kind: 'event', name: packet.event }),
      lost: (loss, retryMs) => tell({ kind: 'lost', loss, retryMs }),
    },
  );
  t.after(() => client.stop());
  client.start();
  const next = async (): Promise<Told> => {
    while (told.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return told.shift() as Told;
  };
  const expectLost = async () => {
    const one = await next();
    assert.equal(one.kind, 'lost');
    return one;
  };
  return { client, logged, next, expectLost };
}

async function manager(t: TestContext, options: ManagerOptions = {}): Promise<FakeManager> {
  const server = await startFakeManager(options);
  t.after(() => server.stop());
  return server;
}

const at = (port: number, more: Partial<AmiEndpoint> = {}): AmiEndpoint => ({
  host: '127.0.0.1',
  port,
  username: 'hub',
  secret: 'geheim',
  ...more,
});

test('logs in by challenge without ever sending the secret, then hears events', async (t) => {
  const server = await manager(t);
  const { next } = listen(at(server.port), new ManualClock(), t);
  assert.deepEqual(await next(), { kind: 'ready' });
  assert.ok(server.actions.every((action) => ![...action.values()].includes('geheim')));
  server.emit([['Event', 'Newchannel']]);
  assert.deepEqual(await next(), { kind: 'event', name: 'Newchannel' });
});

test('plain log-in sends the secret and no challenge', async (t) => {
  const server = await manager(t);
  const { next } = listen(at(server.port, { login: 'plain' }), new ManualClock(), t);
  assert.deepEqual(await next(), { kind: 'ready' });
  assert.deepEqual(
    server.actions.map((action) => action.get('action')),
    ['Login'],
  );
});

test('events in one chunk with the answer to the log-in come after ready', async (t) => {
  const server = await manager(t, {
    answer: (action) =>
      action.get('action') === 'Login' ? [[['Response', 'Success']], [['Event', 'FullyBooted']]] : undefined,
  });
  const { next } = listen(at(server.port, { login: 'plain' }), new ManualClock(), t);
  assert.deepEqual(await next(), { kind: 'ready' });
  assert.deepEqual(await next(), { kind: 'event', name: 'FullyBooted' });
});

test('refused credentials: an error without the secret, and a long wait', async (t) => {
  const server = await manager(t, { secret: 'another' });
  const clock = new ManualClock();
  const { expectLost, logged } = listen(at(server.port), clock, t);
  const first = await expectLost();
  assert.equal(first.loss.kind, 'refused');
  assert.equal(first.retryMs, 45_000);
  assert.match(logged.join('\n'), /ERROR the PBX refuses us.*"username":"hub"/);
  assert.doesNotMatch(logged.join('\n'), /geheim/);
  clock.advance(45_000);
  assert.equal((await expectLost()).retryMs, 90_000);
});

test('connects again after a loss, each time, with growing waits until it held', async (t) => {
  const server = await manager(t);
  const clock = new ManualClock();
  const { client, next, expectLost } = listen(at(server.port), clock, t);
  for (const wait of [275, 550, 1100]) {
    assert.deepEqual(await next(), { kind: 'ready' });
    for (const socket of server.sockets) socket.destroy();
    assert.equal((await expectLost()).retryMs, wait);
    clock.advance(wait);
  }
  assert.deepEqual(await next(), { kind: 'ready' });
  client.proved();
  clock.advance(15_000);
  for (const socket of server.sockets) socket.destroy();
  assert.equal((await expectLost()).retryMs, 275);
});

test('a PBX that lets us in and never gives its picture is asked again with growing waits', async (t) => {
  const server = await manager(t);
  const clock = new ManualClock();
  const { client, next, expectLost } = listen(at(server.port), clock, t);
  for (const wait of [275, 550, 1100]) {
    assert.deepEqual(await next(), { kind: 'ready' });
    clock.advance(12_000);
    client.drop({ kind: 'network', problem: 'no picture' });
    assert.equal((await expectLost()).retryMs, wait);
    clock.advance(wait);
  }
});

test('a PBX that is not there is tried for ever', async (t) => {
  const server = await startFakeManager();
  await server.stop();
  const clock = new ManualClock();
  const { expectLost } = listen(at(server.port), clock, t);
  for (let round = 0; round < 40; round++) {
    const { loss, retryMs } = await expectLost();
    assert.equal(loss.kind, 'network');
    clock.advance(retryMs ?? 0);
  }
});

test('a server that stops answering is dropped within one ping', async (t) => {
  let silent = false;
  const server = await manager(t, { answer: () => (silent ? null : undefined) });
  const clock = new ManualClock();
  const { next, expectLost } = listen(at(server.port), clock, t);
  await next();
  clock.advance(20_000);
  await server.received('Ping', 1);
  silent = true;
  // The answer to the first ping has to be back before the next one is due.
  while (clock.nextDue() !== clock.monotonic() + 20_000) await new Promise((resolve) => setImmediate(resolve));
  clock.advance(20_000);
  await server.received('Ping', 2);
  clock.advance(10_000);
  assert.equal((await expectLost()).loss.problem, 'the server stopped answering');
});

test('a port where nobody greets, or something else does, is given up in time', async (t) => {
  const mute = createServer();
  mute.listen(0, '127.0.0.1');
  await once(mute, 'listening');
  t.after(() => mute.close());
  const clock = new ManualClock();
  const address = mute.address();
  const connected = once(mute, 'connection');
  const { expectLost } = listen(at(typeof address === 'object' ? (address?.port ?? 0) : 0), clock, t);
  const [socket] = (await connected) as [import('node:net').Socket];
  t.after(() => socket.destroy());
  clock.advance(10_000);
  assert.match((await expectLost()).loss.problem, /^no (connection|greeting) within/);

  const web = await manager(t, { banner: 'HTTP/1.1 400 Bad Request\r\n\r\n' });
  const other = listen(at(web.port), clock, t);
  assert.equal((await other.expectLost()).loss.kind, 'protocol');
});

test('lists are gathered by their id, while events go on', async (t) => {
  const server = await manager(t, {
    answer: (action, id) => {
      if (action.get('action') !== 'CoreShowChannels') return undefined;
      server.emit([
        ['Response', 'Success'],
        ['ActionID', id],
        ['EventList', 'start'],
      ]);
      server.emit([
        ['Event', 'CoreShowChannel'],
        ['ActionID', id],
        ['Uniqueid', '1.1'],
      ]);
      server.emit([
        ['Event', 'Newchannel'],
        ['Uniqueid', '1.2'],
      ]);
      server.emit([
        ['Event', 'CoreShowChannelsComplete'],
        ['ActionID', id],
        ['EventList', 'Complete'],
      ]);
      return null;
    },
  });
  const { client, next } = listen(at(server.port), new ManualClock(), t);
  await next();
  const result = await client.send({ name: 'CoreShowChannels' });
  assert.equal(result.kind, 'ok');
  assert.deepEqual(result.kind === 'ok' && result.items.map((item) => item.get('Uniqueid')), ['1.1']);
  assert.deepEqual(await next(), { kind: 'event', name: 'Newchannel' });
});

test('an action is refused, times out, or is lost, and says which', async (t) => {
  const server = await manager(t, { answer: (action) => (action.get('action') === 'Slow' ? null : undefined) });
  const clock = new ManualClock();
  const { client, next } = listen(at(server.port), clock, t);
  assert.equal((await client.send({ name: 'Ping' })).kind, 'lost');
  await next();
  assert.deepEqual(await client.send({ name: 'Nonsense' }), { kind: 'refused', problem: 'Invalid/unknown command' });
  const slow = client.send({ name: 'Slow' }, { timeoutMs: 3000 });
  clock.advance(3000);
  assert.equal((await slow).kind, 'timeout');
  const cut = client.send({ name: 'Slow' });
  client.stop();
  assert.equal((await cut).kind, 'lost');
});

test('held, it stays away until it is told to resume', async (t) => {
  const server = await manager(t);
  const clock = new ManualClock();
  const { client, next, expectLost } = listen(at(server.port), clock, t);
  await next();
  client.hold('no room for more events');
  assert.equal((await expectLost()).retryMs, null);
  clock.advance(3_600_000);
  await server.loggedIn(1);
  client.resume();
  assert.deepEqual(await next(), { kind: 'ready' });
});
