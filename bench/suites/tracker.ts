import type { CallMethods, CpuSpent, Followed } from '../programs/calls.ts';
import { type Figure, median } from '../support/figure.ts';
import { Program } from '../support/program.ts';
import type { Setting, Suite } from '../support/suite.ts';

const program = new URL('../programs/calls.ts', import.meta.url);
/** In the calls' own time: how many go on side by side hangs on it. */
const perSecond = 2_000;

interface Round {
  readonly followed: Followed;
  readonly tracked: CpuSpent;
  readonly liveMb: number;
}

async function measure(calls: number, live: number, profileDir: string | null): Promise<Round> {
  const child = await Program.start<CallMethods>(program, { profileDir });
  try {
    await child.call('follow', { calls: 1_000, perSecond });
    const followed = await child.call('follow', { calls, perSecond });
    const tracked = await child.call('track', { calls, perSecond });
    return { followed, tracked, liveMb: await child.call('live', live) };
  } finally {
    await child.stop();
  }
}

/** Calls in a second of processor time, that of all threads: more than one core never counts. */
const rate = (calls: number, { cpuMs }: CpuSpent): number => (calls * 1_000) / cpuMs;

function figuresOf(calls: number, live: number, rounds: readonly Round[]): Figure[] {
  const followed = rounds.map((round) => rate(calls, round.followed));
  const tracked = rounds.map((round) => rate(calls, round.tracked));
  const liveMb = rounds.map((round) => round.liveMb);
  const each = (of: (round: Followed) => number): string =>
    (median(rounds.map((round) => of(round.followed))) / calls).toFixed(1);
  const name = 'one core';
  return [
    {
      name: 'two-party calls through the tracker alone',
      offhook: { name, unit: '/s', values: tracked },
      beside: null,
      scores: tracked,
      target: { atLeast: 2_000 },
      notes: [`${each(({ packets }) => packets)} packets and ${each(({ events }) => events)} events a call`],
    },
    {
      name: 'with parser and reader, from bytes to events',
      offhook: { name, unit: '/s', values: followed },
      beside: null,
      scores: followed,
      target: null,
      notes: [],
    },
    {
      name: `${live} live calls`,
      offhook: { name: 'memory', unit: 'MB', values: liveMb },
      beside: null,
      scores: liveMb,
      target: { atMost: 200 },
      notes: [`${((median(liveMb) * 1_000) / live).toFixed(1)} kB a call`],
    },
  ];
}

export const tracker: Suite = {
  name: 'tracker',
  title: 'captured two-party calls, all their manager events included, through parser, reader and call tracker',
  run: async ({ quick, rounds, profileDir, say }: Setting): Promise<readonly Figure[]> => {
    const calls = quick ? 2_000 : 10_000;
    const live = 10_000;
    const all: Round[] = [];
    for (let round = 0; round < rounds; round++) {
      const one = await measure(calls, live, profileDir);
      all.push(one);
      const followed = `${rate(calls, one.followed).toFixed(0)} calls a second from bytes to events`;
      say(`${followed}, ${rate(calls, one.tracked).toFixed(0)} through the tracker; ${one.liveMb.toFixed(0)} MB`);
    }
    return figuresOf(calls, live, all);
  },
};
