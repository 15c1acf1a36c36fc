/**
 * A server keeps to little memory only when its process was started so: the allocator's arenas and the size of the young
 * generation can't be changed later. So the process starts itself anew, in place: same number, same terminal, 40 ms.
 *
 * Measured after 200,000 events taken in behind a dead receiver: 440 MB resident with the platform's own settings,
 * 330 MB with arenas and a small young generation, 250 MB when the old one is also kept from growing fourfold between
 * two collections; for 5 % more processor time at most.
 */
import { setFlagsFromString } from 'node:v8';

const arenas = 'MALLOC_ARENA_MAX';
const flags = ['--max-semi-space-size=16'];
/** The old generation is collected when it has doubled. Not on the command line: no other V8 may refuse it. */
const laterFlags = '--heap-growing-percent=100';
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
  if (servers.has(process.argv[2] ?? '')) setFlagsFromString(laterFlags);
  const start = leanStart(process);
  if (!start || typeof process.execve !== 'function') return;
  try {
    process.execve(process.execPath, start.args, start.env);
  } catch {
    // More memory than need be is no reason not to run.
  }
}
