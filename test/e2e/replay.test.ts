/** Replays on a real server: after an outage, beside live events, over a crash, cancelled; and as a person asks for them. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { type CrashReceiver, type Mood, startCrashReceiver } from '../support/crash/receivers.ts';
import { serverProcess, type ServerProcess } from '../support/server-process.ts';
import { temporaryDir } from '../support/temporary-dir.ts';

const yaml = `
delivery: { allowNetworks: [127.0.0.1/32] }
log: { level: warn }
`;
const main = new URL('../../src/cli/main.ts', import.meta.url).pathname;
const longMs = 30_000;

interface World {
  readonly server: ServerProcess;
  readonly receiver: CrashReceiver;
  /** How the receiver is, from now on. */
  mood: Mood;
  run: number;
}
const stops: (() => Promise<unknown>)[] = [];
after(async () => {
  for (const stop of stops.toReversed()) await stop();
});

async function world(): Promise<World> {
  const dir = await temporaryDir('replay');
  stops.push(() => dir.remove());
  const server = await serverProcess(dir.path, yaml);
  stops.push(() => server.stop());
  const made: { -readonly [Key in keyof World]?: World[Key] } = { server, mood: 'take', run: 0 };
  const receiver = await startCrashReceiver(
    'receiver',
    () => made.run ?? 0,
    () => made.mood ?? 'take',
  );
  stops.push(() => receiver.stop());
  made.receiver = receiver;
  server.launch();
  await server.ready();
  return made as World;
}

async function ask<T>({ server }: World, path: string, body?: unknown): Promise<T> {
  const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' };
  const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const answer = await fetch(server.url + path, { headers, ...sent });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${text}`);
  return JSON.parse(text) as T;
}

const subscribe = (w: World, endpoint: object = {}) =>
  ask<{ id: string; number: number }>(w, '/v1/subscriptions', {
    name: 'CRM',
    dialect: 'cloudevents',
    scope: { domain: 'default' },
    events: ['call.started', 'call.ended'],
    endpoint: { url: w.receiver.url, ...endpoint },
    retry: { maxAttempts: 1, delays: ['1s'] },
  });

async function send(w: World, names: readonly string[], type = 'call.started'): Promise<void> {
  const events = names.map((id) => ({ id, type, call: { id: `call-${id}` } }));
  await ask(w, '/v1/events', events);
}

const names = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, at) => `${prefix}-${at}`);

interface ReplayFacts {
  readonly number: number;
  readonly state: string;
  readonly share: number;
  readonly counts: Readonly<Record<string, number>>;
}

async function ended(w: World, number: number): Promise<ReplayFacts> {
  for (let left = longMs; left > 0; left -= 50) {
    const now = await ask<ReplayFacts>(w, `/v1/replays/${number}`);
    if (now.state === 'done' || now.state === 'cancelled') return now;
    await wait(50);
  }
  throw new Error(`replay ${number} has not ended: ${w.server.output()}`);
}

function command({ server }: World, ...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const env = { PATH: process.env['PATH'], OFFHOOK_URL: server.url, OFFHOOK_ADMIN_TOKEN: server.token };
  const child = spawn(process.execPath, [main, 'replay', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => (out += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (err += part));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}

/** Deliveries of a replay that the receiver took, by event. */
const taken = ({ receiver }: World, number: number): string[] =>
  receiver.arrivals
    .filter(({ delivery, answeredAt }) => answeredAt !== null && delivery.endsWith(`-r${number}`))
    .map(({ event }) => event);

test('after an outage: what was given up is found, and delivered again by time and filter', async () => {
  const w = await world();
  const hook = await subscribe(w);
  await send(w, names('before', 5));
  await w.receiver.until(() => w.receiver.taken.size === 5, longMs);
  await wait(20);
  const from = new Date().toISOString();
  w.mood = 'fail';
  await send(w, [...names('lost', 20)]);
  await send(w, names('unwanted', 5), 'call.ended');
  // First attempts stop when the breaker opens; these are still to come, and are no business of a replay.
  for (;;) {
    const { items } = await ask<{ items: unknown[] }>(w, '/v1/deliveries?outcome=cancelled');
    if (items.length >= 5) break;
    await wait(50);
  }
  w.mood = 'take';
  await w.receiver.until(() => w.receiver.taken.has('unwanted-4'), longMs);
  const query = [String(hook.number), '--from', from, '--filter', 'type == "call.started"'];
  const counted = await command(w, ...query, '--dry-run', '--json');
  assert.equal((JSON.parse(counted.out) as { matched: number }).matched, 20, counted.err);
  const none = await command(w, ...query.slice(0, -1), 'type == "leg.ringing"', '--dry-run');
  assert.match(none.out, /^0 deliveries\n/);
  assert.match(none.err, /of the events there, .*\d+ are left out by a filter/);
  const ran = await command(w, 'start', ...query);
  assert.equal(ran.code, 0, ran.err);
  assert.match(ran.out, /^replay 1 done: 20 delivered\n$/);
  assert.deepEqual(taken(w, 1).toSorted(), names('lost', 20).toSorted());
  const [first] = w.receiver.arrivals.filter(({ delivery }) => delivery.endsWith('-r1'));
  const { attempts, replay } = await ask<{ attempts: unknown[]; replay: number }>(
    w,
    `/v1/deliveries/${first?.delivery}`,
  );
  assert.deepEqual([attempts.length, replay], [1, 1]);
  const listed = await command(w, 'list');
  assert.match(listed.out, /done +100 % +subscription 1 +\d+-\d+ +20 /);
  const { items } = await ask<{ items: { objectId: string }[] }>(w, '/v1/audit?object=replay');
  assert.deepEqual(
    items.map(({ objectId }) => objectId),
    ['1'],
  );
});

test('live events keep their pace beside a replay', async () => {
  const w = await world();
  const hook = await subscribe(w, { maxInFlight: 8 });
  for (let part = 0; part < 2; part++) await send(w, names(`old${part}`, 1_000));
  await w.receiver.until(() => w.receiver.taken.size === 2_000, longMs);
  const pace = async (prefix: string, goesOn: () => Promise<boolean>): Promise<readonly number[]> => {
    const delays: number[] = [];
    for (const [at, name] of names(prefix, 100).entries()) {
      if (at % 10 === 0 && !(await goesOn())) break;
      const sentAt = performance.now();
      await send(w, [name]);
      await w.receiver.until(() => w.receiver.taken.has(name), longMs);
      delays.push(performance.now() - sentAt);
      await wait(5);
    }
    return delays.toSorted((a, b) => a - b);
  };
  const p99 = (delays: readonly number[]): number => delays[Math.floor(delays.length * 0.99)] ?? 0;
  const alone = await pace('alone', () => Promise.resolve(true));
  const { number } = await ask<ReplayFacts>(w, `/v1/subscriptions/${hook.id}/replay`, { fromSeq: 1 });
  const isRunning = async () => (await ask<ReplayFacts>(w, `/v1/replays/${number}`)).state === 'running';
  const beside = await pace('beside', isRunning);
  assert.ok(beside.length >= 10, 'the replay was over before anything live came');
  const figures = [alone, beside].map((delays) => `${p99(delays).toFixed(1)} ms (of ${delays.length})`);
  const facts = `99 % of live events within ${figures[0]} alone, ${figures[1]} while a replay runs`;
  console.log(facts);
  assert.ok(p99(beside) < 3 * p99(alone) + 50, facts);
  const { counts } = await ended(w, number);
  assert.equal(counts['delivered'], 2_100);
});

test('killed in the middle, it goes on where it was: nothing is missing, and what repeats has the same id', async () => {
  const w = await world();
  const hook = await subscribe(w, { ratePerSecond: 400 });
  await send(w, names('old', 600));
  await w.receiver.until(() => w.receiver.taken.size === 600, longMs);
  const { number } = await ask<ReplayFacts>(w, `/v1/subscriptions/${hook.id}/replay`, { fromSeq: 1 });
  for (const share of [100, 300]) {
    await w.receiver.until(() => taken(w, number).length >= share, longMs);
    await w.server.kill();
    w.run++;
    w.server.launch();
    await w.server.ready();
  }
  const { state, counts } = await ended(w, number);
  assert.equal(state, 'done');
  assert.equal(counts['delivered'], 600);
  const ids = w.receiver.arrivals.filter(({ delivery }) => delivery.endsWith(`-r${number}`)).map((one) => one.delivery);
  assert.equal(new Set(ids).size, 600);
  assert.ok(ids.length < 700, `${ids.length} requests`);
  const live = w.receiver.arrivals.filter(({ delivery }) => !delivery.includes('-r'));
  assert.equal(live.length, 600, 'the live lane did not go back');
});

test('cancelled while it runs, it sends nothing more, also after a restart', async () => {
  const w = await world();
  const hook = await subscribe(w, { ratePerSecond: 200, maxInFlight: 1 });
  await send(w, names('old', 1_500));
  await w.receiver.until(() => w.receiver.taken.size === 1_500, longMs);
  const begun = await command(w, String(hook.number), '--from', '1h', '--no-wait', '--json');
  const { number } = JSON.parse(begun.out) as ReplayFacts;
  const again = await command(w, String(hook.number), '--from-seq', '1', '--json');
  assert.equal(again.code, 1);
  assert.match(again.out, new RegExp(`"replay_running".*"replay":${number}`));
  await w.receiver.until(() => taken(w, number).length >= 20, longMs);
  const cancelled = await command(w, 'cancel', String(number));
  assert.equal(cancelled.code, 0, cancelled.err);
  const { state, share } = await ended(w, number);
  assert.equal(state, 'cancelled');
  assert.ok(share < 0.9);
  const sent = taken(w, number).length;
  await w.server.kill();
  w.server.launch();
  await w.server.ready();
  await send(w, ['new']);
  await w.receiver.until(() => w.receiver.taken.has('new'), longMs);
  assert.equal(taken(w, number).length, sent);
  assert.equal((await ask<ReplayFacts>(w, `/v1/replays/${number}`)).state, 'cancelled');
});
