import type { CallPlan, PbxMethods } from '../programs/pbx.ts';
import { type Figure, median, quantile, ratios } from '../support/figure.ts';
import { timesUntilReceived } from '../support/latency.ts';
import { wait } from '../support/pace.ts';
import { Program } from '../support/program.ts';
import { BenchServer } from '../support/server.ts';
import { type Sink, startSink } from '../support/sink.ts';
import { inTurn, type Setting, type Suite } from '../support/suite.ts';

const callsPerSecond = 200;
const warmUpSeconds = 5;
const concurrency = 64;
/** What a CRM shows its users by: who calls whom, who took it, when it was over. */
const types = ['call.started', 'leg.ringing', 'leg.answered', 'call.answered', 'call.ended'];
const turns = 3;

interface Times {
  readonly median: number;
  readonly p99: number;
}

interface Round {
  readonly offhook: Times;
  readonly bare: Times;
}

type Pbx = Program<PbxMethods>;

const configurationFor = (port: number): string => `connectors:
  - { id: pbx1, kind: asterisk, host: 127.0.0.1, port: ${port}, username: hub, secret: geheim, domain: acme, country: US,
      trunks: ["PJSIP/trunk-*"], extensions: "^[0-9]{3}$", ivrContexts: [ivr] }
`;

async function untilUp(server: BenchServer): Promise<void> {
  for (;;) {
    const { items } = await server.get<{ items: { state: string }[] }>('/v1/connectors');
    if (items.every(({ state }) => state === 'up')) return;
    await wait(50);
  }
}

/** @param send makes the calls, and says when each event was caused */
async function timed(sink: Sink, send: () => Promise<ReadonlyMap<string, number>>): Promise<Times> {
  await sink.call('reset', { keepArrivals: true });
  const times = await timesUntilReceived(sink, await send());
  return { median: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

async function measure(number: number, seconds: number, pbx: Pbx, sink: Sink): Promise<Round> {
  const url = `${sink.url}/hook`;
  let firstSerial = 0;
  const planFor = (duration: number): CallPlan => {
    const plan = { callsPerSecond, seconds: duration, types, firstSerial };
    firstSerial += callsPerSecond * duration;
    return plan;
  };
  const tell = (duration: number) => timed(sink, () => pbx.call('tell', planFor(duration)));
  const post = (duration: number) => timed(sink, () => pbx.call('post', { plan: planFor(duration), url, concurrency }));
  await tell(warmUpSeconds);
  await post(warmUpSeconds);
  const offhook: Times[] = [];
  const bare: Times[] = [];
  for (let turn = 0; turn < turns; turn++) {
    await inTurn(
      number + turn,
      async () => void offhook.push(await tell(seconds)),
      async () => void bare.push(await post(seconds)),
    );
  }
  return { offhook: middle(offhook), bare: middle(bare) };
}

const middle = (all: readonly Times[]): Times => ({
  median: median(all.map((one) => one.median)),
  p99: median(all.map((one) => one.p99)),
});

async function round(number: number, seconds: number, { profileDir }: Setting): Promise<Round> {
  const [sink, pbx] = await Promise.all([
    startSink(),
    Program.start<PbxMethods>(new URL('../programs/pbx.ts', import.meta.url)),
  ]);
  const configuration = configurationFor(await pbx.call('listen', undefined));
  const server = await BenchServer.start({ profileDir, configuration });
  try {
    await untilUp(server);
    await server.subscribe({ url: `${sink.url}/hook`, domain: 'acme', maxInFlight: concurrency, events: types });
    return await measure(number, seconds, pbx, sink);
  } finally {
    await server.stop();
    await pbx.stop();
    await sink.stop();
  }
}

function figure(name: keyof Times, rounds: readonly Round[], target: Figure['target']): Figure {
  const offhook = rounds.map((one) => one.offhook[name]);
  const bare = rounds.map((one) => one.bare[name]);
  return {
    name,
    offhook: { name: 'from AMI', unit: 'ms', values: offhook },
    beside: { name: 'bare POST', unit: 'ms', values: bare },
    scores: ratios(offhook, bare),
    target,
    notes: [],
  };
}

export const ami: Suite = {
  name: 'ami',
  title: `from what the PBX says, ${callsPerSecond} captured calls a second, to the notification received; beside it bare POSTs of the same`,
  run: async (setting): Promise<readonly Figure[]> => {
    const seconds = setting.quick ? 4 : 10;
    const rounds: Round[] = [];
    for (let number = 0; number < setting.rounds; number++) {
      const one = await round(number, seconds, setting);
      rounds.push(one);
      const text = ({ median: half, p99 }: Times): string => `${half.toFixed(2)} and ${p99.toFixed(2)}`;
      setting.say(`median and p99 ${text(one.offhook)} beside ${text(one.bare)} ms`);
    }
    return [figure('median', rounds, null), figure('p99', rounds, { atMost: 8 })];
  },
};
