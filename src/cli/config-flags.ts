import type { Command } from 'commander';
import { type ConfigSources, type LoadedConfig, loadConfig } from '../config/load-config.ts';
import { showProblem } from '../config/place.ts';
import type { CliContext } from './context.ts';
import { CommandFailure } from './failure.ts';

export interface ConfigOptions {
  readonly config?: string;
  readonly host?: string;
  readonly port?: string;
  readonly dataDir?: string;
}

/** Flags that stand above the file and the environment. */
export function withConfigOptions(command: Command): Command {
  return command
    .option('--config <file>', 'configuration file (OFFHOOK_CONFIG; offhook.yaml if it is there)')
    .option('--host <address>', 'address to listen on')
    .option('--port <port>', 'port to listen on; 0 takes a free one')
    .option('--data-dir <directory>', 'directory of the store');
}

export interface DirOptions {
  readonly config?: string;
  readonly dataDir?: string;
  readonly json?: boolean;
}

/** Options of commands that work on the data directory itself. */
export function withDirOptions(command: Command): Command {
  return command
    .option('--config <file>', 'configuration file (OFFHOOK_CONFIG; offhook.yaml if it is there)')
    .option('--data-dir <directory>', 'directory of the store')
    .option('--json', 'for programs: JSON, one document a line');
}

type Loaded = Exclude<LoadedConfig, { problems: unknown }>;

export function readConfig(
  context: CliContext,
  options: ConfigOptions,
  how: Pick<ConfigSources, 'takeUsualFile'> = {},
): LoadedConfig {
  const flags = new Map<string, { flag: string; value: string }>();
  const given = [
    ['OFFHOOK_HOST', '--host', options.host],
    ['OFFHOOK_PORT', '--port', options.port],
    ['OFFHOOK_DATA_DIR', '--data-dir', options.dataDir],
  ] as const;
  for (const [name, flag, value] of given) if (value !== undefined) flags.set(name, { flag, value });
  return loadConfig({ env: context.env, file: options.config ?? null, flags, ...how });
}

/** @throws CommandFailure that tells every mistake */
export function loadConfigOrFail(
  context: CliContext,
  options: ConfigOptions,
  how: Pick<ConfigSources, 'takeUsualFile'> = {},
): Loaded {
  const loaded = readConfig(context, options, how);
  if ('config' in loaded) {
    for (const warning of loaded.warnings) context.terminal.note(`warning: ${warning}`);
    return loaded;
  }
  const lines = loaded.problems.map(showProblem);
  throw new CommandFailure(['the configuration is not right:', ...lines].join('\n  '), loaded.problems);
}
