import type { CallMethods } from '../programs/calls.ts';
import { type Figure, median } from '../support/figure.ts';
import { Program } from '../support/program.ts';
import type { Suite } from '../support/suite.ts';

const program = new URL('../programs/calls.ts', import.meta.url);
const fastest = 200;
const callsPerSecond = 5_000;

export const parser: Suite = {
  name: 'parser',
  title: 'the manager stream of captured calls, from bytes to packets',
  run: async ({ quick, rounds, profileDir, say }): Promise<readonly Figure[]> => {
    const values: number[] = [];
    const micros: number[] = [];
    let bytesPerCall = 0;
    for (let round = 0; round < rounds; round++) {
      const child = await Program.start<CallMethods>(program, { profileDir });
      try {
        await child.call('parse', { calls: 200, times: 10 });
        const run = await child.call('parse', { calls: 1_000, times: quick ? 10 : 50 });
        bytesPerCall = run.bytesPerCall;
        values.push(run.bytes / 1_000 / run.cpuMs);
        micros.push((run.cpuMs * 1_000) / run.packets);
        say(`${values.at(-1)?.toFixed(0)} MB/s, ${micros.at(-1)?.toFixed(2)} µs a packet`);
      } finally {
        await child.stop();
      }
    }
    const needed = (callsPerSecond * bytesPerCall) / 1e6;
    const target = Math.min(fastest, needed);
    return [
      {
        name: 'bytes a second',
        offhook: { name: 'parser', unit: 'MB/s', values },
        beside: null,
        scores: values,
        target: { atLeast: Math.round(target) },
        notes: [
          `${callsPerSecond} calls a second are ${needed.toFixed(0)} MB/s: ${(bytesPerCall / 1_000).toFixed(1)} kB a call`,
          `${median(micros).toFixed(2)} µs a packet`,
        ],
      },
    ];
  },
};
