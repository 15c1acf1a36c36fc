/** What a durable write costs on the disk that the benchmark's servers write to, whoever writes. */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { quantile } from './figure.ts';
import { removeDir, temporaryDir } from './temporary.ts';

/** A page of SQLite's and its header in the write-ahead log: the least that a transaction writes. */
const leastBytes = 4_120;
/** As far apart as 500 events a second are. */
const everyMs = 2;

/** Milliseconds for one appended to a file and made durable. */
export async function timeDurableWrites(count = 500): Promise<{ readonly median: number; readonly p99: number }> {
  const dir = temporaryDir();
  const file = openSync(join(dir, 'wal'), 'w');
  const page = Buffer.alloc(leastBytes, 1);
  const times: number[] = [];
  try {
    for (let at = 0; at < count; at++) {
      const began = performance.now();
      writeSync(file, page);
      fdatasyncSync(file);
      times.push(performance.now() - began);
      await wait(everyMs);
    }
  } finally {
    closeSync(file);
    removeDir(dir);
  }
  return { median: quantile(times, 0.5), p99: quantile(times, 0.99) };
}
