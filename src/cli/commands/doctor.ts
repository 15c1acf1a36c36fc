import { Command } from 'commander';
import type { Finding } from '../../app/doctor/doctor.ts';
import { showProblem } from '../../config/place.ts';
import { systemClock } from '../../kit/clock.ts';
import { readConfig, withConfigOptions, type ConfigOptions } from '../config-flags.ts';
import type { CliContext } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { harmless, type Terminal, type Tone, toned } from '../terminal.ts';

const marks: Readonly<Record<Finding['status'], readonly [mark: string, tone: Tone]>> = {
  ok: ['ok     ', 'good'],
  warning: ['warning', 'wait'],
  failed: ['FAILED ', 'bad'],
  skipped: ['-      ', 'soft'],
};

export function doctorCommand(context: CliContext): Command {
  const { terminal } = context;
  const command = new Command('doctor')
    .description('look at configuration, store, phone systems and receivers, and say what helps')
    .option('--json', 'for programs: JSON, one document a line');
  return withConfigOptions(command).action(async (options: ConfigOptions & { readonly json?: boolean }) => {
    let broken = 0;
    const tell = (finding: Finding): void => {
      if (finding.status === 'failed') broken++;
      if (options.json) terminal.out(JSON.stringify(finding));
      else show(terminal, finding);
    };
    for await (const finding of findings(context, options)) tell(finding);
    if (broken > 0) throw new CommandFailure(`${broken} of these checks failed`);
  });
}

async function* findings(context: CliContext, options: ConfigOptions): AsyncGenerator<Finding> {
  const check = 'configuration';
  const loaded = readConfig(context, options);
  if ('problems' in loaded) {
    for (const problem of loaded.problems) {
      const { remedy } = problem;
      yield { check, status: 'failed', detail: showProblem({ ...problem, remedy: '' }).replace(/; $/, ''), remedy };
    }
    return;
  }
  const { config, file, warnings } = loaded;
  yield {
    check,
    status: 'ok',
    detail: file ?? 'no offhook.yaml here: the defaults and the environment hold',
    remedy: null,
  };
  for (const detail of warnings) yield { check, status: 'warning', detail, remedy: 'remove it, or correct its name' };
  const { examine } = await import('../../app/doctor/doctor.ts');
  yield* examine(config, systemClock);
}

function show(terminal: Terminal, { check, status, detail, remedy }: Finding): void {
  const [mark, tone] = marks[status];
  terminal.out(`${toned(terminal, tone, mark)}  ${harmless(check)}: ${harmless(detail)}`);
  if (remedy !== null) terminal.out(`           ${harmless(remedy)}`);
}
