import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type PlayedChannel, type PlayedPbx, shown, startPlayedPbx } from '../../../test/support/asterisk-pbx.ts';
import { silentLogger } from '../../kit/logger.ts';
import { ManualClock } from '../../kit/manual-clock.ts';
import type { NewEvent } from '../../model/event.ts';
import type { ConnectorHost, OpenCall } from '../connector.ts';
import type { AsteriskConfig } from './config.ts';
import { createAsteriskConnector } from './connector.ts';

const created = 1_767_225_600;
const caller: PlayedChannel = {
  name: 'PJSIP/101-00000001',
  id: `${created}.1`,
  state: '6',
  number: '101',
  exten: '102',
  bridge: 'b1',
};
const callee: PlayedChannel = {
  ...caller,
  name: 'PJSIP/102-00000002',
  id: `${created}.2`,
  linkedId: caller.id,
  number: '102',
  exten: '',
};

interface Options {
  readonly openCalls?: readonly OpenCall[];
  readonly maxBufferedBytes?: number;
  readonly pingEvery?: number;
}

function listen(pbx: PlayedPbx, t: TestContext, options: Options = {}) {
  const clock = new ManualClock(created * 1000 + 60_000);
  const warnings: string[] = [];
  const warn = (fields: object, message: string): void => void warnings.push(`${message} ${JSON.stringify(fields)}`);
  const events: NewEvent[] = [];
  const log = { refuses: false };
  let wake = (): void => {};
  const host: ConnectorHost = {
    clock,
    random: { next: () => 0.5 },
    logger: { ...silentLogger, warn },
    accept: (batch) => {
      if (log.refuses) return Promise.reject(new Error('the log is full'));
      events.push(...batch);
      wake();
      return Promise.resolve();
    },
    openCalls: () => Promise.resolve(options.openCalls ?? []),
  };
  const config: AsteriskConfig = {
    id: 'pbx1',
    host: '127.0.0.1',
    port: pbx.manager.port,
    username: 'hub',
    secret: 'geheim',
    auth: 'md5',
    tls: { enabled: false, ca: null, serverName: null, verify: true },
    reseller: 'default',
    domain: 'acme',
    country: 'US',
    trunks: ['PJSIP/trunk-*'],
    extensions: '^[0-9]{3}$',
    maxBufferedBytes: options.maxBufferedBytes ?? 64_000_000,
    pingEvery: options.pingEvery ?? 15_000,
  };
  const connector = createAsteriskConnector(config, host);
  t.after(() => connector.stop());
  const types = (): string[] => events.map(({ type }) => type);
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise<void>((resolve) => (wake = resolve));
  };
  return { connector, events, types, until, log, clock, warnings };
}

async function play(t: TestContext): Promise<PlayedPbx> {
  const pbx = await startPlayedPbx();
  t.after(() => pbx.manager.stop());
  return pbx;
}

/** Resolves when the picture was told: the next thing is to look whether it lacked something, 5 s later. */
async function told(clock: ManualClock): Promise<void> {
  while ((clock.nextDue() ?? 0) - clock.monotonic() !== 5_000) await new Promise((resolve) => setImmediate(resolve));
}

const countOf = (types: readonly string[], type: string): number => types.filter((one) => one === type).length;

test('takes up calls in progress, says it is up, and tells their end', async (t) => {
  const pbx = await play(t);
  pbx.channels = [caller, callee];
  const { connector, events, types, until } = listen(pbx, t);
  await connector.start();
  await until(() => types().includes('connector.up'));
  const up = events.at(-1);
  assert.deepEqual(up?.data, {
    kind: 'asterisk',
    system: `127.0.0.1:${pbx.manager.port}`,
    version: '22.1.0',
    downMs: null,
    restarted: false,
  });
  assert.ok(types().includes('call.started'));
  assert.equal(connector.status().state, 'up');
  pbx.emit('Hangup', shown(caller), [['Cause', '16']]);
  pbx.emit('Hangup', shown(callee), [['Cause', '16']]);
  await until(() => types().includes('call.closed'));
});

test('a channel that ends in the same bytes as the list that shows it does not stay', async (t) => {
  const pbx = await play(t);
  pbx.channels = [caller, callee];
  pbx.behindTheList = [caller, callee].map((channel) => [['Event', 'Hangup'], ...shown(channel), ['Cause', '16']]);
  const { connector, types, until } = listen(pbx, t);
  await connector.start();
  await until(() => types().includes('connector.up'));
  assert.ok(types().includes('call.ended'), types().join(' '));
});

test('a channel told of before the list that no longer shows it does not stay either', async (t) => {
  const pbx = await play(t);
  pbx.beforeTheList = [[['Event', 'Newchannel'], ...shown({ ...caller, state: '4' })]];
  const { connector, types, until } = listen(pbx, t);
  await connector.start();
  await until(() => types().includes('connector.up'));
  assert.deepEqual([countOf(types(), 'call.started'), countOf(types(), 'call.ended')], [1, 1]);
});

test('down is told once per outage, up again after it, with how long it was', async (t) => {
  const pbx = await play(t);
  const { connector, events, types, until, clock } = listen(pbx, t);
  await connector.start();
  await until(() => types().includes('connector.up'));
  for (const socket of pbx.manager.sockets) socket.destroy();
  await until(() => types().includes('connector.down'));
  assert.equal(connector.status().state, 'down');
  assert.equal(events.at(-1)?.data['reason'], 'connection_lost');
  clock.advance(30_000);
  await until(() => countOf(types(), 'connector.up') === 2);
  assert.deepEqual([events.at(-1)?.data['downMs'], events.at(-1)?.data['restarted']], [30_000, false]);
  assert.equal(countOf(types(), 'connector.down'), 1);
});

test('a PBX that was restarted has lost its calls, though it has new ones', async (t) => {
  const pbx = await play(t);
  pbx.channels = [caller, callee];
  const { connector, events, types, until, clock } = listen(pbx, t);
  await connector.start();
  await until(() => types().includes('connector.up'));
  const first = events.find(({ type }) => type === 'call.started')?.call?.id;
  for (const socket of pbx.manager.sockets) socket.destroy();
  await until(() => types().includes('connector.down'));
  pbx.startedText = '10:05:00';
  pbx.channels = [{ ...caller, id: `${created + 300}.1`, bridge: '', state: '4' }];
  clock.advance(30_000);
  await until(() => countOf(types(), 'connector.up') === 2);
  assert.equal(events.at(-1)?.data['restarted'], true);
  const ended = events.find(({ type }) => type === 'call.ended');
  assert.equal(ended?.call?.id, first);
  assert.equal(ended?.data['estimated'], true);
});

test('calls in progress before a restart of Offhook keep their id and get their end', async (t) => {
  const pbx = await play(t);
  pbx.channels = [caller, callee];
  const first = listen(pbx, t);
  await first.connector.start();
  await first.until(() => first.types().includes('connector.up'));
  const started = first.events.find(({ type }) => type === 'call.started');
  const legs = new Map(first.events.flatMap(({ leg }) => (leg ? [[leg.id, leg]] : [])));
  const last = first.events.findLast(({ call }) => call !== null);
  assert.ok(started?.call && last?.call);
  const open = { call: last.call, legs: [...legs.values()], extensions: last.extensions, seenAt: last.time };
  await first.connector.stop();

  pbx.channels = [];
  const second = listen(pbx, t, { openCalls: [open] });
  await second.connector.start();
  await second.until(() => second.types().includes('connector.up'));
  const ended = second.events.find(({ type }) => type === 'call.ended');
  assert.equal(ended?.call?.id, started.call.id);
  assert.ok(!second.types().includes('call.started'));
});

test('a log that refuses for too long: the PBX is hung up on, and learnt anew when the log takes everything', async (t) => {
  const pbx = await play(t);
  const { connector, events, types, until, log, clock } = listen(pbx, t, { maxBufferedBytes: 20_000 });
  await connector.start();
  await until(() => types().includes('connector.up'));
  log.refuses = true;
  for (let index = 0; index < 30; index++) {
    pbx.emit('Newchannel', shown({ ...caller, id: `${created}.${100 + index}`, state: '4', bridge: '' }));
    pbx.emit('Hangup', shown({ ...caller, id: `${created}.${100 + index}`, state: '4', bridge: '' }));
  }
  while (connector.status().state === 'up') await new Promise((resolve) => setImmediate(resolve));
  assert.match(connector.status().problem ?? '', /log takes no more/);
  log.refuses = false;
  clock.advance(10_000);
  await until(() => countOf(types(), 'connector.up') === 2);
  assert.equal(countOf(types(), 'connector.down'), 1);
  assert.equal(events.find(({ type }) => type === 'connector.down')?.data['reason'], 'log_full');
  assert.equal(countOf(types(), 'call.started'), countOf(types(), 'call.ended'));
});

test('stopping says so, and stopping twice is fine', async (t) => {
  const pbx = await play(t);
  const { connector, events, types, until } = listen(pbx, t);
  await connector.start();
  await until(() => types().includes('connector.up'));
  await connector.stop();
  await connector.stop();
  assert.equal(events.at(-1)?.data['reason'], 'stopped');
  assert.equal(connector.status().state, 'stopped');
});

test('the picture is asked again now and then: an end that was missed is found', async (t) => {
  const pbx = await play(t);
  pbx.channels = [caller, callee];
  const { connector, types, until, clock } = listen(pbx, t, { pingEvery: 3_600_000 });
  await connector.start();
  await until(() => types().includes('connector.up'));
  pbx.channels = [];
  clock.advance(600_000);
  await pbx.manager.received('CoreShowChannels', 2);
  await told(clock);
  assert.equal(countOf(types(), 'call.ended'), 0, 'their ends may be on their way');
  clock.advance(5_000);
  await until(() => types().includes('call.ended'));
  assert.equal(
    countOf(
      pbx.manager.actions.map((action) => action.get('action') ?? ''),
      'Login',
    ),
    1,
  );
});

test('a call whose end is on its way while the picture is asked again ends as that says, and is not lost', async (t) => {
  const pbx = await play(t);
  const ringing: PlayedChannel = { ...caller, state: '4', bridge: '' };
  pbx.channels = [ringing];
  const { connector, events, types, until, clock } = listen(pbx, t, { pingEvery: 3_600_000 });
  await connector.start();
  await until(() => types().includes('connector.up'));
  // Its time is that of the ping's answer, which began the PBX's clock here.
  pbx.channels = [];
  pbx.behindTheList = [[['Event', 'Hangup'], ...shown(ringing), ['Cause', '17'], ['Timestamp', '1700000600.5']]];
  clock.advance(600_000);
  await until(() => types().includes('call.ended'));
  const ended = events.find(({ type }) => type === 'call.ended');
  assert.equal(ended?.call?.outcome, 'busy');
  assert.equal(ended?.data['estimated'], undefined);
  await told(clock);
  clock.advance(5_000);
  clock.advance(594_999);
  assert.equal(
    countOf(
      pbx.manager.actions.map((action) => action.get('action') ?? ''),
      'CoreShowChannels',
    ),
    2,
  );
});

test('a picture that fills what may be kept: it is down until the log took all of it, and then up once', async (t) => {
  const pbx = await play(t);
  pbx.channels = Array.from({ length: 1_500 }, (_, index) => ({
    ...caller,
    id: `${created}.${100 + index}`,
    bridge: '',
    state: '4',
  }));
  const { connector, events, types, until, log, clock } = listen(pbx, t, { maxBufferedBytes: 1_000_000 });
  log.refuses = true;
  await connector.start();
  await pbx.manager.received('CoreShowChannels', 1);
  while (pbx.manager.sockets.size > 0) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(connector.status().state, 'down');
  assert.match(connector.status().problem ?? '', /log takes no more/);
  const kept = connector.figures().bufferedEvents;
  clock.advance(7_200_000);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(connector.figures().bufferedEvents, kept, 'nothing happens because time passes');
  assert.equal(connector.status().state, 'down');
  log.refuses = false;
  clock.advance(5_000);
  await until(() => types().includes('connector.up'));
  const ours = events.filter(({ type }) => type.startsWith('connector.'));
  assert.deepEqual(
    ours.map(({ type }) => type),
    ['connector.down', 'connector.up'],
  );
  assert.equal(ours[1]?.data['downMs'], 7_205_000);
  assert.equal(connector.status().state, 'up');
});

test('an up that is one too many for what may be kept is followed by the down it brought about', async (t) => {
  const pbx = await play(t);
  const { connector, events, types, until, log, clock } = listen(pbx, t, { maxBufferedBytes: 10 });
  log.refuses = true;
  await connector.start();
  await pbx.manager.received('CoreShowChannels', 1);
  while (pbx.manager.sockets.size > 0) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(connector.status().state, 'down');
  clock.advance(60_000);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(types(), []);
  log.refuses = false;
  clock.advance(5_000);
  await until(() => countOf(types(), 'connector.up') === 2);
  assert.deepEqual(types().slice(0, 3), ['connector.up', 'connector.down', 'connector.up']);
  assert.equal(events[2]?.data['downMs'], 65_000);
});

test('settings of the PBX that are missing are warned of once per log-in, with their remedy', async (t) => {
  const pbx = await play(t);
  const { connector, types, until, warnings } = listen(pbx, t);
  await connector.start();
  await until(() => types().includes('connector.up'));
  for (const state of ['4', '6']) pbx.emit(state === '4' ? 'Newchannel' : 'Newstate', shown({ ...caller, state }));
  pbx.emit('Hangup', shown(caller), [['Cause', '16']]);
  await until(() => types().includes('call.ended'));
  const settings = warnings.filter((warning) => warning.startsWith('a setting of the PBX'));
  assert.deepEqual(
    settings.map((warning) => /set (\w+) =/.exec(warning)?.[1]),
    ['timestampevents', 'channelvars'],
  );
});
