/**
 * A server keeps to little memory only when its process was started so: the allocator's arenas and the size of the young
 * generation can't be changed later. So the process starts itself anew, in place: same number, same terminal, 40 ms.
 *
 * Measured after 200,000 events taken in behind a dead receiver: 440 MB resident with the platform's own settings,
 * 330 MB with these, at the same rate.
 */
const arenas = 'MALLOC_ARENA_MAX';
const flags = ['--max-semi-space-size=8'];
const servers = new Set(['up', 'demo']);

export interface ProcessFacts {
  readonly platform: string;
  readonly argv: readonly string[];
  readonly execArgv: readonly string[];
  readonly execPath: string;
  readonly env: NodeJS.ProcessEnv;
}

/** The command line and environment to start anew with; null: it is well as it is, or no server. */
export function leanStart({ platform, argv, execArgv, execPath, env }: ProcessFacts) {
  if (platform !== 'linux' || env[arenas] !== undefined || !servers.has(argv[2] ?? '')) return null;
  return { args: [execPath, ...flags, ...execArgv, ...argv.slice(1)], env: { ...env, [arenas]: '2' } };
}

/** Does not come back where it starts anew. Where the system does not let it, the server runs as it is. */
export function keepLean(): void {
  const start = leanStart(process);
  if (!start || typeof process.execve !== 'function') return;
  try {
    process.execve(process.execPath, start.args, start.env);
  } catch {
    // More memory than need be is no reason not to run.
  }
}
