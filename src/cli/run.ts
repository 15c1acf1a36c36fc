import { Command, CommanderError } from 'commander';
import { backupCommand, restoreCommand } from './commands/backup.ts';
import { callsCommand } from './commands/calls.ts';
import { connectorsCommand } from './commands/connectors.ts';
import { deliveriesCommand } from './commands/lists.ts';
import { configCommand } from './commands/config.ts';
import { demoCommand } from './commands/demo.ts';
import { doctorCommand } from './commands/doctor.ts';
import { eraseCommand } from './commands/erase.ts';
import { eventsCommand } from './commands/events.ts';
import { replayCommand } from './commands/replay.ts';
import { secretsCommand } from './commands/secrets.ts';
import { sendCommand } from './commands/send.ts';
import { subsCommand } from './commands/subs.ts';
import { tailCommand } from './commands/tail.ts';
import { tokensCommand } from './commands/tokens.ts';
import { upCommand } from './commands/up.ts';
import { whyCommand } from './commands/why.ts';
import { stayAlive } from '../kit/clock.ts';
import type { CliContext } from './context.ts';
import { CommandFailure, WrongUse } from './failure.ts';
import { version } from './version.ts';

/** @returns the exit code: 0, 1 (it failed) or 2 (it was not typed right) */
export async function run(args: readonly string[], context: CliContext): Promise<number> {
  const program = createProgram(context);
  const alive = stayAlive();
  try {
    await program.parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    return exitCodeOf(error, args, context);
  } finally {
    alive.end();
  }
}

function createProgram(context: CliContext): Command {
  const program = new Command('offhook')
    .description('Tells web applications what the phones are doing, and loses nothing.')
    .version(version())
    .showSuggestionAfterError()
    .enablePositionalOptions()
    .addCommand(upCommand(context))
    .addCommand(demoCommand(context))
    .addCommand(tailCommand(context))
    .addCommand(sendCommand(context))
    .addCommand(subsCommand(context))
    .addCommand(deliveriesCommand(context))
    .addCommand(eventsCommand(context))
    .addCommand(whyCommand(context))
    .addCommand(replayCommand(context))
    .addCommand(eraseCommand(context))
    .addCommand(callsCommand(context))
    .addCommand(connectorsCommand(context))
    .addCommand(tokensCommand(context))
    .addCommand(configCommand(context))
    .addCommand(doctorCommand(context))
    .addCommand(backupCommand(context))
    .addCommand(restoreCommand(context))
    .addCommand(secretsCommand(context));
  forEveryCommand(program, (command) => {
    command.exitOverride();
    command.configureOutput({
      writeOut: (text) => context.terminal.out(text.trimEnd()),
      writeErr: (text) => context.terminal.note(text.trimEnd()),
    });
  });
  return program;
}

function forEveryCommand(command: Command, act: (command: Command) => void): void {
  act(command);
  for (const inner of command.commands) forEveryCommand(inner, act);
}

function exitCodeOf(error: unknown, args: readonly string[], { terminal }: CliContext): number {
  // Commander has said already what is wrong; asking for help is no error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof WrongUse) {
    terminal.note(error.message);
    return 2;
  }
  const isForPrograms = args.includes('--json') && error instanceof CommandFailure && error.problem !== null;
  if (isForPrograms) terminal.out(JSON.stringify({ problem: error.problem }));
  terminal.note(error instanceof Error ? `offhook: ${error.message}` : String(error));
  return 1;
}
