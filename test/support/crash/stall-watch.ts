/**
 * Measures how long this machine makes the server wait: its threads for their turn on a processor (as the kernel counts
 * it), and a small write for being on the disk. A disk that stalls makes no thread wait for a processor, so that each is
 * measured by itself. The write is appended, as the store's log is: what only overwrites needs nothing of the file system's
 * journal, and passes by where a commit waits (on a busy disk 1.0 ms in the median, where an append took 3.4). What the
 * server promises in milliseconds it can keep only as far as the machine lets it, and test machines are shared. What the
 * server itself takes its time for is not in it.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

export interface StallSample {
  /** By `performance.now()`. */
  readonly at: number;
  /** Milliseconds that the server's threads have waited for a processor so far, all together. */
  readonly waitedMs: number;
  /** Milliseconds that one small write took to be on the disk, appended to a file. */
  readonly wroteMs: number;
}

export interface StallWatch {
  /** The process that is watched from now on. */
  watch(pid: number): void;
  /** Samples of the last seconds, oldest first, the last one taken now. */
  samples(): Promise<readonly StallSample[]>;
  stop(): Promise<void>;
}

/** So long a write takes on any disk; what the server promises allows for it. Milliseconds. */
const usualWriteMs = 5;
/**
 * Commits that the result of a delivery may have to wait for, one after the other: the flush under way when it comes waits
 * for the commit before it and then for its own, and so does the flush that has the result. More of them, however slow the
 * disk is, are no excuse.
 */
const writesInTurn = 4;

const diskStall = (samples: readonly StallSample[]): number =>
  samples
    .map(({ wroteMs }) => Math.max(0, wroteMs - usualWriteMs))
    .sort((one, other) => other - one)
    .slice(0, writesInTurn)
    .reduce((sum, ms) => sum + ms, 0);

/** What the machine was the cause of between a moment and the last sample, at most; milliseconds. */
export function stallSince(samples: readonly StallSample[], moment: number): number {
  const after = samples.filter(({ at }) => at >= moment);
  if (after.length === 0) return 0;
  const before = samples.findLast(({ at }) => at < moment) ?? after[0];
  const waited = (after.at(-1)?.waitedMs ?? 0) - (before?.waitedMs ?? 0);
  return waited + diskStall(after);
}

/** Plain JavaScript, so that the thread needs no type stripper. */
const program = `
  const { closeSync, fdatasyncSync, openSync, readdirSync, readFileSync, writeSync } = require('node:fs');
  const { parentPort, workerData } = require('node:worker_threads');
  const everyMs = 20;
  const rememberedMs = 3_000;
  const file = openSync(workerData, 'w');
  const line = 'x'.repeat(63) + String.fromCharCode(10);
  let pid = null;
  let seen = [];
  // Second number of schedstat: nanoseconds that a thread was ready to run and did not. Not every kernel counts it.
  const waitedBy = (thread) => {
    try {
      return Number(readFileSync('/proc/' + pid + '/task/' + thread + '/schedstat', 'utf8').split(' ')[1]) / 1e6;
    } catch {
      return 0;
    }
  };
  // Threads come and go: what each has waited since it was last looked at is added up.
  let waitedMs = 0;
  let last = new Map();
  const lookAtThreads = () => {
    let threads = [];
    try {
      threads = readdirSync('/proc/' + pid + '/task');
    } catch {}
    const now = new Map(threads.map((thread) => [thread, waitedBy(thread)]));
    for (const [thread, ms] of now) waitedMs += Math.max(0, ms - (last.get(thread) ?? 0));
    last = now;
  };
  const measure = () => {
    const began = performance.now();
    writeSync(file, line);
    fdatasyncSync(file);
    const ended = performance.now();
    lookAtThreads();
    seen.push({ at: performance.timeOrigin + ended, wroteMs: ended - began, waitedMs });
    while (performance.timeOrigin + ended - seen[0].at > rememberedMs) seen.shift();
  };
  const timer = setInterval(measure, everyMs);
  parentPort.on('message', (message) => {
    if (typeof message === 'number') {
      pid = message;
      seen = [];
    } else if (message === 'samples') {
      measure();
      parentPort.postMessage(seen);
    } else {
      clearInterval(timer);
      closeSync(file);
      parentPort.close();
    }
  });
`;

/** @param file where to write; on the disk that the server writes to */
export function watchStalls(file: string): StallWatch {
  const worker = new Worker(program, { eval: true, workerData: file });
  const say = (message: number | string): void => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin, only windows do
    worker.postMessage(message);
  };
  return {
    watch: say,
    samples: async () => {
      say('samples');
      const [samples] = (await once(worker, 'message')) as [StallSample[]];
      return samples.map((sample) => ({ ...sample, at: sample.at - performance.timeOrigin }));
    },
    stop: async () => {
      const gone = once(worker, 'exit');
      say('stop');
      await gone;
    },
  };
}
