/** Names in the environment that begin like ours: a misspelt one would else be ignored in silence. */
import { nearest } from '../kit/nearest.ts';
import { envNameOf } from './env-name.ts';
import type { ConfigNode } from './nodes.ts';
import type { Raw } from './raw.ts';
import { configSchema } from './schema.ts';

/** Read elsewhere than by the schema: by the commands, the tests and the benchmarks. */
const others = [
  'OFFHOOK_CONFIG',
  'OFFHOOK_URL',
  'OFFHOOK_REQUIRE_REAL',
  'OFFHOOK_REAL_DIR',
  'OFFHOOK_MODEL_RUNS',
  'OFFHOOK_UPDATE_EXPECTED',
  'OFFHOOK_BENCH_PROFILES',
] as const;
const othersBegin = 'OFFHOOK_CRASH_';
/** Kubernetes sets these for a service called `offhook`. */
const serviceLink = /_SERVICE_(HOST|PORT)(_|$)|_PORT_\d+_(TCP|UDP)/;

/** @param written where names may be told as `env:NAME`: those are known */
export function unknownNames(given: Iterable<string>, written: Iterable<Raw>): string[] {
  const names = [...namesOf(configSchema, []), ...others];
  const known = new Set([...names, ...[...written].flatMap(namedSecrets)]);
  const warnings: string[] = [];
  for (const name of given) {
    if (known.has(name) || name.startsWith(othersBegin) || serviceLink.test(name)) continue;
    const meant = nearest(name, names);
    warnings.push(`there is no setting ${name}, and it is ignored${meant ? `; did you mean ${meant}?` : ''}`);
  }
  return warnings;
}

function namesOf(node: ConfigNode, path: readonly string[]): string[] {
  if (node.node === 'group')
    return Object.entries(node.fields).flatMap(([name, field]) => namesOf(field, [...path, name]));
  if (node.node === 'setting') return [...(node.env ? [node.env] : []), envNameOf(path)];
  return node.node === 'variants' ? [envNameOf(path)] : [];
}

function namedSecrets(raw: Raw): string[] {
  if (raw.kind === 'list') return raw.items.flatMap(namedSecrets);
  if (raw.kind === 'map') return [...raw.entries.values()].flatMap(({ value }) => namedSecrets(value));
  return typeof raw.value === 'string' && raw.value.startsWith('env:') ? [raw.value.slice(4)] : [];
}
