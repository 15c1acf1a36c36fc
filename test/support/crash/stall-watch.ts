/**
 * Measures how long this machine makes anybody wait, from a thread that does nothing else: for its turn on a processor,
 * and for a small write to be on the disk. What the server promises in milliseconds it can keep only as far as the
 * machine lets it, and test machines are shared.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

export interface StallWatch {
  /** The longest wait of the last second, milliseconds. */
  worst(): Promise<number>;
  stop(): Promise<void>;
}

/** Plain JavaScript, so that the thread needs no type stripper. */
const program = `
  const { closeSync, fdatasyncSync, openSync, writeSync } = require('node:fs');
  const { parentPort, workerData } = require('node:worker_threads');
  const everyMs = 25;
  const rememberedMs = 1_000;
  const file = openSync(workerData, 'w');
  const seen = [];
  let asked = 0;
  let last = performance.now();
  const measure = () => {
    const began = performance.now();
    writeSync(file, 'x', 0);
    fdatasyncSync(file);
    const ended = performance.now();
    seen.push({ at: ended, waited: began - last - everyMs + (ended - began) });
    while (seen.length > 0 && seen[0].at < ended - rememberedMs) seen.shift();
    for (; asked > 0; asked--) parentPort.postMessage(Math.max(0, ...seen.map(({ waited }) => waited)));
    last = ended;
  };
  const timer = setInterval(measure, everyMs);
  parentPort.on('message', (message) => {
    if (message === 'worst') return void asked++;
    clearInterval(timer);
    closeSync(file);
    parentPort.close();
  });
`;

/** @param file where to write; on the disk that the server writes to */
export function watchStalls(file: string): StallWatch {
  const worker = new Worker(program, { eval: true, workerData: file });
  return {
    worst: async () => {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin, only windows do
      worker.postMessage('worst');
      const [worst] = (await once(worker, 'message')) as [number];
      return worst;
    },
    stop: async () => {
      const gone = once(worker, 'exit');
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- as above
      worker.postMessage('stop');
      await gone;
    },
  };
}
