/**
 * The inner half of a benchmark's helper process: it is called by name over the parent's message channel, and ends
 * when the parent does. `program.ts` is the outer half.
 */
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
}

/** What something took, as seen from inside this process. */
export async function spentOn(run: () => Promise<void>): Promise<Spent> {
  const cpu = process.cpuUsage();
  const started = performance.now();
  await run();
  const { user, system } = process.cpuUsage(cpu);
  return { ms: performance.now() - started, cpuMs: (user + system) / 1_000 };
}

/** Milliseconds on a clock that all processes of this machine share. */
export const sharedNow = (): number => Number(process.hrtime.bigint()) / 1e6;
