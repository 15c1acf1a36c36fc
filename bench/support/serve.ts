/**
 * The inner half of a benchmark's helper process: it is called by name over the parent's message channel, and ends
 * when the parent does. `program.ts` is the outer half.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';

export type Methods = Record<string, (input: never) => unknown>;

interface CallMessage {
  readonly ticket: number;
  readonly name: string;
  readonly input: unknown;
}

export interface AnswerMessage {
  readonly ticket: number;
  readonly output?: unknown;
  readonly error?: string;
}

const answer = (message: AnswerMessage): void => void process.send?.(message);

export function serve(methods: Methods): void {
  process.on('message', ({ ticket, name, input }: CallMessage) => {
    const run = async (): Promise<unknown> => methods[name]?.(input as never);
    run().then(
      (output) => answer({ ticket, output }),
      (error: unknown) =>
        answer({ ticket, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
  process.once('disconnect', () => process.exit(0));
  answer({ ticket: 0 });
}

export interface Spent {
  /** Wall clock, milliseconds. */
  readonly ms: number;
  /** Processor time of this process, all its threads, milliseconds. */
  readonly cpuMs: number;
  /** What of it was its main thread's. */
  readonly mainMs: number;
}

/** What something took, as seen from inside this process; with a CPU profile of its main thread where asked for. */
export async function spentOn(run: () => Promise<void>): Promise<Spent> {
  const profile = await startProfile();
  const cpu = process.cpuUsage();
  const main = process.threadCpuUsage();
  const started = performance.now();
  await run();
  const ms = performance.now() - started;
  const inMs = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1_000;
  const spent = { ms, cpuMs: inMs(process.cpuUsage(cpu)), mainMs: inMs(process.threadCpuUsage(main)) };
  await profile?.();
  return spent;
}

/** Names the folder that profiles go to; unset: none are taken. */
export const profileVariable = 'OFFHOOK_BENCH_PROFILES';

/** @returns what ends it and writes it; null where none was asked for */
async function startProfile(): Promise<(() => Promise<void>) | null> {
  const dir = process.env[profileVariable];
  if (dir === undefined) return null;
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
  return async () => {
    const { profile } = await session.post('Profiler.stop');
    session.disconnect();
    await mkdir(dir, { recursive: true });
    await writeFile(join(dir, `${process.pid}-${sharedNow().toFixed(0)}.cpuprofile`), JSON.stringify(profile));
  };
}

/** Milliseconds on a clock that all processes of this machine share. */
export const sharedNow = (): number => Number(process.hrtime.bigint()) / 1e6;
