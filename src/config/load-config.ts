/**
 * The configuration from its four sources: defaults < `offhook.yaml` < environment < flags. All mistakes are found at
 * once and told with where they stand, what is wrong and what would be right.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { checkTogether } from './checks.ts';
import { unknownNames } from './env-known.ts';
import type { ConfigProblem, Place } from './place.ts';
import { parseRaw, type Raw } from './raw.ts';
import { readNode, type Overrides } from './read.ts';
import { configSchema, type Config } from './schema.ts';

export interface ConfigSources {
  /** The environment of the process. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--config`; null: `OFFHOOK_CONFIG`, else `offhook.yaml` in the working directory if it is there. */
  readonly file?: string | null;
  /** Whether to take `offhook.yaml` where no file was named; true by default. */
  readonly takeUsualFile?: boolean;
  /** Flags by the environment name of their key, with the flag as it was written: `OFFHOOK_PORT` by `--port`. */
  readonly flags?: ReadonlyMap<string, { readonly flag: string; readonly value: string }>;
}

export type LoadedConfig =
  | { readonly config: Config; readonly file: string | null; readonly warnings: readonly string[] }
  | { readonly problems: readonly ConfigProblem[] };

export function loadConfig(sources: ConfigSources): LoadedConfig {
  const problems: ConfigProblem[] = [];
  const warnings: string[] = [];
  const { raw, file } = readFile(sources, problems);
  if (problems.length > 0) return { problems };
  const overrides = overridesOf(sources, problems, warnings);
  warnings.push(...unknownNames(namesIn(sources.env), raw ? [raw, ...overrides.values()] : overrides.values()));
  const directory = file ? dirname(resolve(file)) : process.cwd();
  const reading = { overrides, secrets: { env: sources.env, directory }, problems };
  const config = readNode(configSchema, raw, [], reading) as Config;
  if (problems.length === 0) problems.push(...checkTogether(config, raw));
  return problems.length > 0 ? { problems: inOrder(problems) } : { config, file, warnings };
}

/** Those that are set and begin like ours. */
const namesIn = (env: ConfigSources['env']): string[] =>
  Object.keys(env).filter((name) => name.startsWith('OFFHOOK_') && env[name] !== undefined && env[name] !== '');

/** As one reads the file; what stands in no file comes first. */
function inOrder(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  const lineOf = ({ place }: ConfigProblem): number => (place?.from === 'file' ? place.line : 0);
  return problems.toSorted((one, two) => lineOf(one) - lineOf(two));
}

export const usualFile = 'offhook.yaml';

function readFile(sources: ConfigSources, problems: ConfigProblem[]): { raw: Raw | null; file: string | null } {
  const named = sources.file ?? (sources.env['OFFHOOK_CONFIG'] || null);
  if (named === null && sources.takeUsualFile === false) return { raw: null, file: null };
  const file = named ?? usualFile;
  try {
    const parsed = parseRaw(readFileSync(file, 'utf8'), (line, column) => ({ from: 'file', file, line, column }));
    problems.push(...parsed.problems);
    return { raw: parsed.raw, file };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    if (named === null && code === 'ENOENT') return { raw: null, file: null };
    const remedy = code === 'ENOENT' ? 'check the path given by --config or OFFHOOK_CONFIG' : 'make it a readable file';
    problems.push({ place: null, key: '', message: `${file} cannot be read (${code})`, remedy });
    return { raw: null, file };
  }
}

/** The key that holds a list of sections is YAML in the environment too; all others are plain text. */
const connectorsName = 'OFFHOOK_CONNECTORS';

/** Our own, and those of OpenTelemetry, which some settings go by as well. */
const isRead = (name: string): boolean => name.startsWith('OFFHOOK_') || name.startsWith('OTEL_');

function overridesOf(sources: ConfigSources, problems: ConfigProblem[], warnings: string[]): Overrides {
  const overrides = new Map<string, Raw>();
  for (const [name, value] of Object.entries(sources.env)) {
    if (!isRead(name) || value === undefined || value === '') continue;
    if (isServiceLink(value)) {
      warnings.push(
        `${name}=${value} looks like a Kubernetes service link and is ignored (set enableServiceLinks: false)`,
      );
      continue;
    }
    overrides.set(name, rawOf(name, value, { from: 'environment', name }, problems));
  }
  for (const [name, { flag, value }] of sources.flags ?? []) {
    overrides.set(name, rawOf(name, value, { from: 'flag', name: flag }, problems));
  }
  return overrides;
}

/** In Kubernetes a service named `offhook` puts `OFFHOOK_PORT=tcp://10.0.0.1:4665` into every pod beside it. */
const isServiceLink = (value: string): boolean => /^(tcp|udp):\/\//.test(value);

function rawOf(name: string, value: string, at: Place, problems: ConfigProblem[]): Raw {
  if (name !== connectorsName) return { kind: 'scalar', at, value };
  const parsed = parseRaw(value, () => at);
  problems.push(...parsed.problems);
  return parsed.raw ?? { kind: 'scalar', at, value: null };
}
