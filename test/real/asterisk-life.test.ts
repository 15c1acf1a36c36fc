/**
 * The life of the connection while calls are in every state: talking, on hold, in a queue, parked, in a room, being
 * transferred. Whatever breaks, and whoever restarts: calls that go on keep their id and get their end, those that ended
 * meanwhile are found to have, and what began ends once.
 */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import type { OpenCall } from '../../src/connectors/connector.ts';
import type { Event, NewEvent } from '../../src/model/event.ts';
import { checkAllOver, checkInvariants } from '../support/call-invariants.ts';
import { type ServerProcess, serverProcess } from '../support/server-process.ts';
import { openCallsOf } from '../support/tracker-run.ts';
import { type RealAsterisk, startAsterisk } from './support/asterisk.ts';
import { type StandingCall, standInAllStates } from './support/life/standing-calls.ts';
import { assertTold, beforeQueues, isReady as waits } from './support/life/queues-meanwhile.ts';
import { assertFound, beforeTransfers, isReady } from './support/life/transfers-meanwhile.ts';
import { configFor, type Listening, listenTo } from './support/listening.ts';
import { skipWithoutAsterisk } from './support/parts.ts';
import { startNetwork } from './support/proxy.ts';
import { type Phones, startPhones } from './support/sipp.ts';

const skip = skipWithoutAsterisk();
const isUp = ({ type }: NewEvent): boolean => type === 'connector.up';
const isDown = ({ type }: NewEvent): boolean => type === 'connector.down';
const ways = ['the connection is cut', 'Offhook is killed'] as const;
type Away = (typeof ways)[number];

describe('what breaks while calls are in every state', { skip }, () => {
  let asterisk: RealAsterisk;

  before(async () => {
    asterisk = await startAsterisk();
  });
  after(() => asterisk?.stop());

  async function plugIn(t: TestContext): Promise<Phones> {
    const phones = await startPhones(asterisk);
    t.after(async () => {
      // Calls that a failed test leaves behind are no part of the next one.
      await asterisk.console('channel request hangup all');
      await phones.stop();
      await asterisk.quiet();
    });
    return phones;
  }

  async function listen(t: TestContext, port = asterisk.ports.ami, open: readonly OpenCall[] = []): Promise<Listening> {
    const listening = await listenTo(configFor(asterisk, { port }), open);
    t.after(() => listening.connector.stop());
    await listening.until(isUp, 'the connector is up');
    return listening;
  }

  /** Ends the calls that went on, and looks at everything that was told from first to last. */
  async function endAll(
    now: Listening,
    before: readonly NewEvent[],
    stay: readonly StandingCall[],
    go: readonly StandingCall[],
  ) {
    const all = (): NewEvent[] => [...before, ...now.events].filter(({ type }) => !type.startsWith('connector.'));
    const closed = (id: string): NewEvent | undefined =>
      all().find(({ type, call }) => type === 'call.closed' && call?.id === id);
    for (const { state, id } of go) {
      await now.untilTrue(() => closed(id) !== undefined, `the call that was ${state} is over`);
      assert.equal(closed(id)?.data['estimated'], true, `that was ${state}`);
    }
    for (const { state, id } of stay) assert.equal(closed(id), undefined, `the call ${state} goes on`);
    for (const one of stay) await one.end();
    await asterisk.quiet();
    for (const { state, id } of stay) {
      await now.untilTrue(() => closed(id) !== undefined, `the call ${state} is over`);
      assert.equal(closed(id)?.data['estimated'], undefined, `that was ${state}`);
    }
    await now.untilTrue(() => openCallsOf(all()).length === 0, 'no call is left');
    for (const { id } of stay.filter(({ state }) => state === 'in a menu')) assertMenu(all(), id);
    checkAllOver(checkInvariants(all()));
    const starts = all().filter(({ type }) => type === 'call.started');
    assert.equal(new Set(starts.map(({ call }) => call?.id)).size, starts.length);
  }

  /** It is a leg of its own, known by its number, whoever listened when the call came in. */
  function assertMenu(events: readonly NewEvent[], id: string): void {
    const legs = events.filter(({ call, leg }) => call?.id === id && leg?.role === 'ivr');
    const shown = legs.map(({ type, leg, data }) => [type, leg?.extension, leg?.outcome, data]);
    assert.deepEqual(shown, [
      ['leg.ended', '623', 'machine', {}],
      ['leg.closed', '623', 'machine', { bridged: false }],
    ]);
  }

  test('the connection', async (t) => {
    const phones = await plugIn(t);
    const network = await startNetwork(asterisk.ports.ami);
    t.after(() => network.stop());
    const listening = await listen(t, network.port);
    const { stay, go } = await standInAllStates(phones, asterisk, listening);
    network.cut();
    await listening.until(isDown, 'the connector is down');
    for (const one of go) await one.end();
    network.heal();
    await listening.untilTrue(() => listening.events.filter(isUp).length === 2, 'the connector is up again');
    await endAll(listening, [], stay, go);
  });

  for (const how of ['stopped and started', 'killed and started'] as const) {
    test(`Offhook is ${how}`, async (t) => {
      const phones = await plugIn(t);
      const first = await listen(t);
      const { stay, go } = await standInAllStates(phones, asterisk, first);
      if (how === 'stopped and started') await first.connector.stop();
      // What a crash leaves behind is what was told so far, without any goodbye.
      const told = [...first.events];
      await first.connector.stop();
      for (const one of go) await one.end();
      const second = await listen(t, asterisk.ports.ami, openCallsOf(told));
      await endAll(second, told, stay, go);
    });
  }

  test('a whole server is killed, and started again', async (t) => {
    const phones = await plugIn(t);
    const { server, told } = await startServer(t);
    // Tells the test how the calls stand.
    const watching = await listen(t);
    const { stay, go } = await standInAllStates(phones, asterisk, watching);
    await server.kill();
    for (const one of go) await one.end();
    server.launch();
    await server.ready();
    const ups = async (): Promise<number> => (await told()).filter(isUp).length;
    await untilTrue(async () => (await ups()) === 2, 'it listens again');
    for (const one of stay) await one.end();
    await asterisk.quiet();
    await untilTrue(async () => openCallsOf(await told()).length === 0, 'no call is left in its log');
    const events = (await told()).filter(({ type }) => !type.startsWith('connector.'));
    checkAllOver(checkInvariants(events));
    for (const { id } of stay.filter(({ state }) => state === 'in a menu')) assertMenu(events, id);
    const closed = (id: string) => events.find(({ type, call }) => type === 'call.closed' && call?.id === id);
    for (const { state, id } of go) assert.equal(closed(id)?.data['estimated'], true, `that was ${state}`);
    for (const { state, id } of stay) {
      assert.ok(closed(id), `the call ${state} is over`);
      assert.equal(closed(id)?.data['estimated'], undefined, `that was ${state}`);
    }
  });

  async function startServer(t: TestContext) {
    const folder = await mkdtemp(join(tmpdir(), 'offhook-life-'));
    const yaml = `connectors:
  - { id: pbx1, kind: asterisk, host: 127.0.0.1, port: ${asterisk.ports.ami}, username: ${asterisk.username}, secret: env:AMI_SECRET,
      domain: acme, trunks: ["PJSIP/trunk-*"], extensions: "^[0-9]{3}$", ivrContexts: [ivr] }
`;
    const server = await serverProcess(folder, yaml, undefined, { env: { AMI_SECRET: asterisk.secret } });
    t.after(async () => {
      await server.stop();
      await rm(folder, { recursive: true });
    });
    server.launch();
    await server.ready();
    const told = (): Promise<NewEvent[]> => eventsOf(server);
    await untilTrue(async () => (await told()).some(isUp), 'the server listens');
    return { server, told };
  }

  /** A connector whose connection can be cut. */
  async function listenThrough(t: TestContext) {
    const network = await startNetwork(asterisk.ports.ami);
    t.after(() => network.stop());
    return { network, first: await listen(t, network.port) };
  }

  type ListeningThrough = Awaited<ReturnType<typeof listenThrough>>;

  /** What is told when the connection is back, after something was done while nobody listened. */
  async function unheard(t: TestContext, { network, first }: ListeningThrough, how: Away, act: () => Promise<void>) {
    network.cut();
    await first.until(isDown, 'the connector is down');
    const told = [...first.events];
    if (how === 'Offhook is killed') await first.connector.stop();
    await act();
    network.heal();
    const now = how === 'Offhook is killed' ? await listen(t, network.port, openCallsOf(told)) : first;
    await now.untilTrue(() => now.events.filter(isUp).length === (now === first ? 2 : 1), 'it listens again');
    const ofCalls = (events: readonly NewEvent[]) => events.filter(({ type }) => !type.startsWith('connector.'));
    const since = (): NewEvent[] => ofCalls(now === first ? now.events.slice(told.length) : now.events);
    const untilOver = async (): Promise<void> => {
      await asterisk.quiet();
      const all = (): NewEvent[] => [...ofCalls(told), ...since()];
      await now.untilTrue(() => openCallsOf(all()).length === 0, 'no call is left');
      checkAllOver(checkInvariants(all()));
    };
    return { since, untilOver };
  }

  for (const how of ways) {
    test(`transfers that are made while ${how}`, async (t) => {
      const phones = await plugIn(t);
      const through = await listenThrough(t);
      const { first } = through;
      const transfers = await beforeTransfers(phones, asterisk);
      await first.untilTrue(() => transfers.every((one) => isReady(first.events, one)), 'what came before is told');
      const heard = await unheard(t, through, how, async () => {
        // The last to be ready waits for the shortest time.
        for (const one of transfers.toReversed()) await one.make();
      });
      for (const one of transfers) assertFound(heard.since(), one);
      for (const one of transfers) await one.end();
      await heard.untilOver();
    });

    test(`what queues do while ${how}`, async (t) => {
      const phones = await plugIn(t);
      const through = await listenThrough(t);
      const { first } = through;
      const callers = await beforeQueues(phones, asterisk);
      t.after(() => asterisk.action('QueueRemove', { Queue: 'q291', Interface: 'PJSIP/164' }));
      await first.untilTrue(() => callers.every((one) => waits(first.events, one)), 'they wait');
      const heard = await unheard(t, through, how, async () => {
        for (const one of callers.toReversed()) await one.make();
      });
      for (const one of callers) await one.end();
      await heard.untilOver();
      for (const one of callers) assertTold(heard.since(), one);
    });
  }

  test('what queues do while a whole server is killed, and started again', async (t) => {
    const phones = await plugIn(t);
    const { server, told } = await startServer(t);
    const callers = await beforeQueues(phones, asterisk);
    t.after(() => asterisk.action('QueueRemove', { Queue: 'q291', Interface: 'PJSIP/164' }));
    await untilTrue(async () => {
      const events = await told();
      return callers.every((one) => waits(events, one));
    }, 'they wait');
    await server.kill();
    for (const one of callers.toReversed()) await one.make();
    server.launch();
    await server.ready();
    await untilTrue(async () => (await told()).filter(isUp).length === 2, 'it listens again');
    for (const one of callers) await one.end();
    await asterisk.quiet();
    await untilTrue(async () => openCallsOf(await told()).length === 0, 'no call is left in its log');
    const events = (await told()).filter(({ type }) => !type.startsWith('connector.'));
    for (const one of callers) assertTold(events, one);
    checkAllOver(checkInvariants(events));
  });

  for (const alsoOffhook of [false, true]) {
    test(alsoOffhook ? 'both restart' : 'Asterisk restarts', async (t) => {
      const phones = await plugIn(t);
      const first = await listen(t);
      const { stay, go } = await standInAllStates(phones, asterisk, first);
      await asterisk.kill();
      if (!alsoOffhook) await first.until(isDown, 'the connector is down');
      const told = alsoOffhook ? [...first.events] : [];
      if (alsoOffhook) await first.connector.stop();
      await asterisk.start();
      const now = alsoOffhook ? await listen(t, asterisk.ports.ami, openCallsOf(told)) : first;
      await endAll(now, told, [], [...stay, ...go]);
    });
  }
});

/** All that is in the server's log, oldest first, as it was told. */
async function eventsOf({ url, token }: ServerProcess): Promise<NewEvent[]> {
  const events: Event[] = [];
  for (let cursor = ''; ; ) {
    const answer = await fetch(`${url}/v1/events?limit=200${cursor}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const page = (await answer.json()) as { readonly items: Event[]; readonly next: string | null };
    events.push(...page.items);
    if (page.next === null) break;
    cursor = `&cursor=${page.next}`;
  }
  return events.reverse().map(({ seq: _seq, acceptedAt: _acceptedAt, ...event }) => event);
}

async function untilTrue(holds: () => Promise<boolean>, what: string): Promise<void> {
  const until = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > until) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
