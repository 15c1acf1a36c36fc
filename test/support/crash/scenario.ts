/** Kills the real server again and again under load, and says what ten receivers, three of them flaky, saw of it. */
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Random, seededRandom } from '../../../src/kit/random.ts';
import { serverProcess, type ServerProcess } from '../server-process.ts';
import { temporaryDir } from '../temporary-dir.ts';
import { judge, type Kill, type Verdict } from './judge.ts';
import { startLoad, type Load } from './load.ts';
import { type CrashReceiver, flakyMood, startCrashReceiver } from './receivers.ts';
import { stallSince, type StallWatch, watchStalls } from './stall-watch.ts';

export interface CrashOptions {
  readonly rounds: number;
  /** Of the moments of kills, and of which requests fail: what a moment hits is up to the machine. */
  readonly seed: number;
}

export interface CrashReport {
  readonly faults: readonly string[];
  readonly accepted: number;
  readonly rounds: number;
  /** Kills before the server was ready. */
  readonly whileStarting: number;
  readonly arrivals: number;
  readonly failures: number;
  readonly repeats: number;
  /** Most repeats that one kill was the cause of, at all receivers. */
  readonly mostRepeats: number;
  readonly oldestRepeatMs: number;
  /** Most repeats of one kill at one receiver that one flush does not account for. */
  readonly mostBeyondFlush: number;
  readonly worstStallMs: number;
  /** Arrivals after a graceful stop and another start. */
  readonly afterStop: number;
  readonly seconds: number;
}

const yaml = `
delivery: { allowNetworks: [127.0.0.0/8] }
connectors: []
log: { level: warn }
`;
const healthyReceivers = 7;
/** Every eighth kill or so comes while the server is still starting. */
const startingShare = 0.125;
const longestStartMs = 600;
const longestRoundMs = 900;
const hangTimeoutMs = 1_500;
const drainWithinMs = 60_000;

export async function crashAgainAndAgain({ rounds, seed }: CrashOptions): Promise<CrashReport> {
  const began = performance.now();
  const moments = seededRandom(seed);
  const dir = await temporaryDir('crash');
  const stalls = watchStalls(join(dir.path, 'stalls'));
  let run = 0;
  const receivers = await startReceivers(() => run, seed);
  const server = await serverProcess(dir.path, yaml);
  try {
    stalls.watch(server.launch());
    await server.ready();
    for (const receiver of receivers) await subscribe(server, receiver);
    const { url, token } = server;
    const load = startLoad({ url, token, producers: 4, calls: 5, pauseMs: 150, name: 'load' });
    const kills = await killRepeatedly(server, stalls, rounds, moments, async () => {
      await Promise.all(receivers.map((receiver) => receiver.allClosed()));
      run++;
    });
    await load.finish();
    await everythingTaken(receivers, load);
    const afterStop = await arrivalsAfterStop(server, receivers, load);
    return report({ receivers, load, kills, afterStop, seconds: (performance.now() - began) / 1000 });
  } catch (error) {
    throw new Error(`seed ${seed}: ${String(error)}\n${server.output()}`, { cause: error });
  } finally {
    await server.stop();
    await Promise.all(receivers.map((receiver) => receiver.stop()));
    await stalls.stop();
    await dir.remove();
  }
}

function startReceivers(run: () => number, seed: number): Promise<CrashReceiver[]> {
  const healthy = Array.from({ length: healthyReceivers }, (_, index) => startCrashReceiver(`healthy-${index}`, run));
  return Promise.all([
    ...healthy,
    startCrashReceiver('fails', run, flakyMood('fail', 0.25, seededRandom(seed + 1))),
    startCrashReceiver('resets', run, flakyMood('reset', 0.15, seededRandom(seed + 2))),
    startCrashReceiver('hangs', run, flakyMood('hang', 0.05, seededRandom(seed + 3))),
  ]);
}

async function subscribe({ url, token }: ServerProcess, { name, url: receiver }: CrashReceiver): Promise<void> {
  const answer = await fetch(`${url}/v1/subscriptions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      name,
      dialect: 'cloudevents',
      scope: { domain: 'default' },
      events: ['call.*'],
      endpoint: { url: receiver, timeoutMs: name === 'hangs' ? hangTimeoutMs : 10_000 },
      retry: { maxAttempts: 100, delays: ['50ms', '100ms', '200ms'] },
    }),
  });
  if (answer.status !== 201) throw new Error(`subscribing was answered ${answer.status}: ${await answer.text()}`);
  await answer.arrayBuffer();
}

interface CountedKill extends Kill {
  readonly whileStarting: boolean;
}

async function killRepeatedly(
  server: ServerProcess,
  stalls: StallWatch,
  rounds: number,
  random: Random,
  gone: () => Promise<void>,
) {
  const kills: CountedKill[] = [];
  for (let round = 0; round < rounds; round++) {
    const whileStarting = round > 0 && random.next() < startingShare;
    if (!whileStarting) await server.ready();
    await wait(random.next() * (whileStarting ? longestStartMs : longestRoundMs));
    const samples = await stalls.samples();
    const at = await server.kill();
    kills.push({ at, samples, whileStarting });
    await gone();
    stalls.watch(server.launch());
  }
  await server.ready();
  return kills;
}

async function everythingTaken(receivers: readonly CrashReceiver[], { accepted }: Load): Promise<void> {
  const everything = (receiver: CrashReceiver) =>
    receiver.until(() => receiver.taken.size >= accepted.length, drainWithinMs);
  await Promise.all(receivers.map(everything));
}

interface EndpointNow {
  readonly inFlight: number;
  readonly waiting: number;
  readonly parked: number;
  readonly lag: number;
}

/** A repeat that the last kill was the cause of may have failed at a flaky receiver, and be waiting for its next attempt. */
async function nothingLeft({ url, token }: ServerProcess): Promise<void> {
  const until = performance.now() + drainWithinMs;
  for (;;) {
    const answer = await fetch(`${url}/v1/endpoints`, { headers: { authorization: `Bearer ${token}` } });
    const { items } = (await answer.json()) as { items: readonly EndpointNow[] };
    if (items.every(({ inFlight, waiting, parked, lag }) => inFlight + waiting + parked + lag === 0)) return;
    if (performance.now() > until) throw new Error(`still left to send: ${JSON.stringify(items)}`);
    await wait(20);
  }
}

/** What went out before a graceful stop is on record: after the next start only something new arrives. */
async function arrivalsAfterStop(server: ServerProcess, receivers: readonly CrashReceiver[], load: Load) {
  await nothingLeft(server);
  const code = await server.stop();
  if (code !== 0) throw new Error(`a graceful stop ended with ${code}`);
  const before = receivers.map(({ arrivals }) => arrivals.length);
  server.launch();
  await server.ready();
  const { url, token } = server;
  const more = startLoad({ url, token, producers: 1, calls: 1, pauseMs: 0, name: 'after' });
  await more.finish();
  const expected = load.accepted.length + more.accepted.length;
  await Promise.all(receivers.map((one) => one.until(() => one.taken.size >= expected, drainWithinMs)));
  let repeated = 0;
  for (const [index, { arrivals }] of receivers.entries()) {
    for (const { event } of arrivals.slice(before[index])) if (!event.startsWith('after')) repeated++;
  }
  return repeated;
}

interface Seen {
  readonly receivers: readonly CrashReceiver[];
  readonly load: Load;
  readonly kills: readonly CountedKill[];
  readonly afterStop: number;
  readonly seconds: number;
}

function report({ receivers, load, kills, afterStop, seconds }: Seen): CrashReport {
  // What came after the graceful stop was counted apart, and was sent by somebody else.
  const sent = new Set(load.accepted.map(({ id }) => id));
  const arrivals = receivers.map((receiver) => receiver.arrivals.filter(({ event }) => !event.startsWith('after')));
  const verdicts: Verdict[] = receivers.map(({ name }, index) =>
    judge(name, arrivals[index] ?? [], load.accepted, kills),
  );
  const all = arrivals.flat();
  const sum = (count: (verdict: Verdict) => number): number => verdicts.reduce((total, one) => total + count(one), 0);
  return {
    faults: verdicts.flatMap(({ faults }) => faults),
    accepted: sent.size,
    rounds: kills.length,
    whileStarting: kills.filter((kill) => kill.whileStarting).length,
    arrivals: all.length,
    failures: all.filter(({ answeredAt }) => answeredAt === null).length,
    repeats: sum(({ repeats }) => repeats),
    mostRepeats: Math.max(...kills.map((_, index) => sum(({ repeatsByKill }) => repeatsByKill[index] ?? 0))),
    oldestRepeatMs: Math.max(...verdicts.map(({ oldestRepeatMs }) => oldestRepeatMs)),
    mostBeyondFlush: Math.max(...verdicts.map(({ mostBeyondFlush }) => mostBeyondFlush)),
    worstStallMs: Math.max(...kills.map(({ at, samples }) => stallSince(samples, at - 100))),
    afterStop,
    seconds,
  };
}
