import { type ChildProcess, spawn } from 'node:child_process';

/** Part of util-linux, which every Debian has. */
const keeper = 'setpriv';

/** Starts a program that ends when this process does, however it ends: nothing may be left running. */
export function spawnKept(program: string, args: readonly string[], cwd: string): ChildProcess {
  return spawn(keeper, ['--pdeathsig', 'KILL', program, ...args], { stdio: 'ignore', cwd });
}
