/** `npm run bench`: runs the suites, prints a table and writes JSON to `bench/results`. */
import { parseArgs } from 'node:util';
import { summariseProfiles } from './support/profile.ts';
import { isReached } from './support/figure.ts';
import { notesOf, suiteHeading, type SuiteReport, table, writeJson } from './support/report.ts';
import type { Setting, Suite } from './support/suite.ts';
import { suites } from './suites/index.ts';

const usage = `npm run bench -- [options]

  --suite NAME    only this one; may be given several times (${suites.map(({ name }) => name).join(', ')})
  --rounds N      rounds of each; the median is judged (5)
  --quick         smaller counts, for a look: not the figures the targets are about
  --large         5,000,000 events behind the dead endpoint instead of 1,000,000, and 10,000,000 rows to search
  --profile       takes CPU profiles of Offhook's side and says where the time goes;
                  that costs time itself: the figures are not for judging
`;

const results = new URL('./results/', import.meta.url);

function wrongUse(problem: string): never {
  process.stderr.write(`${problem}\n\n${usage}`);
  process.exit(2);
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        suite: { type: 'string', multiple: true },
        rounds: { type: 'string', default: '5' },
        quick: { type: 'boolean', default: false },
        large: { type: 'boolean', default: false },
        profile: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    return wrongUse(error instanceof Error ? error.message : String(error));
  }
}

function chosen(names: readonly string[] | undefined): readonly Suite[] {
  for (const name of names ?? []) {
    if (!suites.some((suite) => suite.name === name)) wrongUse(`there is no suite ${name}`);
  }
  return names ? suites.filter(({ name }) => names.includes(name)) : suites;
}

async function runSuite(suite: Suite, setting: Setting): Promise<SuiteReport> {
  console.log(`\n${suiteHeading(suite)}`);
  const figures = await suite.run(setting);
  console.log(table(figures));
  const report = { suite: suite.name, title: suite.title, figures };
  for (const note of notesOf(report)) console.log(`  ${note}`);
  if (setting.profileDir !== null) console.log(await summariseProfiles(setting.profileDir));
  return report;
}

const options = readOptions();
if (options.help) {
  console.log(usage);
  process.exit(0);
}
const rounds = Number(options.rounds);
if (!Number.isInteger(rounds) || rounds < 1) wrongUse('--rounds: give a whole number from 1');
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const { quick, large } = options;
if (quick) console.log('quick: smaller counts, not the ones the targets are about');
const reports: SuiteReport[] = [];
for (const suite of chosen(options.suite)) {
  const profileDir = options.profile ? new URL(`./profiles/${suite.name}/`, results).pathname : null;
  const say = (text: string): void => console.log(`  ${text}`);
  reports.push(await runSuite(suite, { rounds, quick, large, profileDir, say }));
}
const file = await writeJson(results, { quick, rounds, suites: reports });
console.log(`\n${table(reports.flatMap(({ figures }) => figures))}\n\n${file}`);
const missed = reports.flatMap(({ figures }) => figures).filter((figure) => !isReached(figure));
process.exit(missed.length === 0 || quick || options.profile ? 0 : 1);
