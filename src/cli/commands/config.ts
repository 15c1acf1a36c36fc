import { Command } from 'commander';
import { summarize } from '../../config/summary.ts';
import { loadConfigOrFail, withConfigOptions, type ConfigOptions } from '../config-flags.ts';
import type { CliContext } from '../context.ts';

export function configCommand(context: CliContext): Command {
  const { terminal } = context;
  const check = withConfigOptions(new Command('check').description('say every mistake in the configuration')).action(
    (options: ConfigOptions) => {
      const { file } = loadConfigOrFail(context, options);
      terminal.out(file === null ? 'the configuration is right (there is no offhook.yaml)' : `${file} is right`);
    },
  );
  const show = withConfigOptions(new Command('show').description('the configuration in force, secrets masked')).action(
    (options: ConfigOptions) =>
      terminal.out(JSON.stringify(summarize(loadConfigOrFail(context, options).config), null, 2)),
  );
  return new Command('config').description('the configuration').addCommand(check).addCommand(show);
}
