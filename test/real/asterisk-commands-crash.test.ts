/** Offhook is killed while it has a real Asterisk call somebody; then the same is asked for again, under the same key. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { type ServerProcess, serverProcess } from '../support/server-process.ts';
import { type RealAsterisk, startAsterisk } from './support/asterisk.ts';
import { skipWithoutAsterisk } from './support/parts.ts';
import { startNetwork } from './support/proxy.ts';
import { isUp } from './support/scenarios/scenario.ts';
import { type Phones, startPhones } from './support/sipp.ts';

const skip = skipWithoutAsterisk();
const patienceMs = 20_000;

interface Shown {
  readonly call: {
    readonly id: string;
    readonly outcome: string | null;
    readonly origin: { readonly requestId: string };
  };
  readonly events: readonly { readonly type: string; readonly call: Shown['call'] }[];
}

describe('a crash while a call is ordered', { skip }, () => {
  let asterisk: RealAsterisk;
  let phones: Phones;

  before(async () => {
    asterisk = await startAsterisk();
    phones = await startPhones(asterisk);
  });

  after(async () => {
    await phones?.stop();
    await asterisk?.stop();
  });

  /** An Offhook that dies as soon as the order is on its way to the PBX, which it reaches or not. */
  async function start(t: TestContext, reaches: boolean) {
    const dir = await mkdtemp(join(tmpdir(), 'offhook-crash-'));
    const orders = { count: 0 };
    const dying = Promise.withResolvers<void>();
    const network = await startNetwork(asterisk.ports.ami, 0, (bytes) => {
      if (!bytes.includes('Action: Originate')) return true;
      orders.count++;
      server.kill().then(() => dying.resolve(), dying.reject);
      return reaches;
    });
    const commands = `{ context: phones, channel: "PJSIP/{extension}" }`;
    const server = await serverProcess(
      dir,
      `connectors:
  - { id: pbx1, kind: asterisk, host: 127.0.0.1, port: ${network.port}, username: commander, secret: ${asterisk.secret},
      domain: acme, extensions: "^[0-9]{3}$", trunks: ["PJSIP/trunk-*"], commands: ${commands} }
`,
    );
    t.after(async () => {
      await server.stop();
      await network.stop();
      await rm(dir, { recursive: true, force: true });
    });
    await launch(server);
    return { server, orders, died: dying.promise };
  }

  const ask = (server: ServerProcess, path: string, options: RequestInit = {}): Promise<Response> =>
    fetch(server.url + path, {
      ...options,
      headers: { authorization: `Bearer ${server.token}`, ...(options.headers as object) },
    });

  /** Resolves when it listens to the PBX. */
  async function launch(server: ServerProcess): Promise<void> {
    server.launch();
    await server.ready();
    const until = Date.now() + patienceMs;
    while (!(await (await ask(server, '/v1/connectors')).text()).includes('"state":"up"')) {
      assert.ok(Date.now() < until, server.output());
      await wait(50);
    }
  }

  const order = (server: ServerProcess, from: string, to: string): Promise<Response> =>
    ask(server, '/v1/calls', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': `key-${from}` },
      body: JSON.stringify({ from, to, requestId: `r-${from}` }),
    });

  async function untilShown(server: ServerProcess, id: string, holds: (one: Shown) => boolean): Promise<Shown> {
    const until = Date.now() + patienceMs;
    for (;;) {
      const shown = (await (await ask(server, `/v1/calls/${id}`)).json()) as Shown;
      if (shown.events && holds(shown)) return shown;
      assert.ok(Date.now() < until, JSON.stringify(shown));
      await wait(50);
    }
  }

  /** Asks, lets it die, starts it again, and asks again; the id of the call it then answers with. */
  async function askTwice(from: string, to: string, world: Awaited<ReturnType<typeof start>>): Promise<string> {
    const { server, died } = world;
    await assert.rejects(order(server, from, to), 'nobody is there to answer');
    await died;
    await launch(server);
    const again = await order(server, from, to);
    assert.deepEqual([again.status, again.headers.get('idempotency-replayed')], [202, 'true']);
    return ((await again.json()) as { callId: string }).callId;
  }

  test('the PBX has the order: the call goes on with its id and what was said of it, and nobody is called twice', async (t) => {
    await phones.plugIn('101', 'answers');
    await phones.plugIn('102', 'answers');
    const world = await start(t, true);
    const id = await askTwice('101', '102', world);
    await isUp(asterisk, '102');
    await untilShown(world.server, id, ({ events }) => events.some(({ type }) => type === 'call.answered'));
    assert.equal((await ask(world.server, `/v1/calls/${id}/hangup`, { method: 'POST' })).status, 202);
    const shown = await untilShown(world.server, id, ({ events }) => events.at(-1)?.type === 'call.closed');
    assert.equal(shown.call.outcome, 'answered');
    for (const { type, call } of shown.events) assert.equal(call.origin.requestId, 'r-101', type);
    assert.equal(shown.events.filter(({ type }) => type === 'call.started').length, 1);
    assert.equal(world.orders.count, 1);
    await asterisk.quiet();
  });

  test('the PBX never had it: the call is lost, which its events say, and nobody is called at all', async (t) => {
    await phones.plugIn('103', 'answers');
    const world = await start(t, false);
    const id = await askTwice('103', '104', world);
    const shown = await untilShown(world.server, id, ({ events }) => events.at(-1)?.type === 'call.closed');
    assert.equal(shown.call.outcome, 'lost');
    assert.equal(world.orders.count, 1);
    await asterisk.quiet();
  });
});
