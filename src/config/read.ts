/** Reads the tree of what was written by the schema: values where all is right, every mistake where not. */
import { nearest } from '../kit/nearest.ts';
import { envNameOf } from './env-name.ts';
import type { ConfigNode, Group, Setting, Variants } from './nodes.ts';
import type { ConfigProblem, Place } from './place.ts';
import { plain, type Raw } from './raw.ts';
import { resolveSecret, type SecretSources } from './secrets.ts';

/** What stands above the file, by environment name: given by the environment or a flag. */
export type Overrides = ReadonlyMap<string, Raw>;

export interface Reading {
  readonly overrides: Overrides;
  readonly secrets: SecretSources;
  readonly problems: ConfigProblem[];
}

type Path = readonly string[];

/** Stands for a value that could not be read; never handed out, since every mistake stops the start. */
const unread = undefined;

export function readNode(node: ConfigNode, raw: Raw | null, path: Path, reading: Reading): unknown {
  switch (node.node) {
    case 'setting':
      return readSetting(node, raw, path, reading);
    case 'group':
      return readGroup(node, raw, path, reading);
    case 'variants':
      return readVariants(node, reading.overrides.get(envNameOf(path)) ?? raw, path, reading);
    case 'unsupported':
      if (raw) report(reading, raw.at, path, 'is not supported in this version', node.remedy);
      return unread;
  }
}

function report(reading: Reading, place: Place | null, path: Path, message: string, remedy: string): undefined {
  reading.problems.push({ place, key: path.join('.'), message, remedy });
}

function readGroup(group: Group, raw: Raw | null, path: Path, reading: Reading): Record<string, unknown> {
  const entries = raw?.kind === 'map' ? raw.entries : null;
  if (raw && !entries && !isNothing(raw)) {
    report(
      reading,
      raw.at,
      path,
      'must be a section with keys',
      `its keys are ${Object.keys(group.fields).join(', ')}`,
    );
  }
  for (const [name, entry] of entries ?? []) {
    if (!Object.hasOwn(group.fields, name)) reportUnknownKey(group, [...path, name], entry.keyAt, reading);
  }
  const value: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(group.fields)) {
    const read = readNode(field, entries?.get(name)?.value ?? null, [...path, name], reading);
    if (field.node !== 'unsupported') value[name] = read;
  }
  return value;
}

/** A section with nothing under it is as good as none. */
const isNothing = (raw: Raw): boolean => raw.kind === 'scalar' && raw.value === null;

function reportUnknownKey(group: Group, path: Path, at: Place, reading: Reading): void {
  const known = Object.keys(group.fields);
  const meant = nearest(path.at(-1) as string, known);
  const remedy = meant ? `did you mean "${meant}"?` : `the keys here are ${known.join(', ')}`;
  report(reading, at, path, 'there is no such key', remedy);
}

function readSetting(setting: Setting<unknown>, written: Raw | null, path: Path, reading: Reading): unknown {
  const { overrides } = reading;
  const raw = (setting.env ? overrides.get(setting.env) : null) ?? overrides.get(envNameOf(path)) ?? written;
  if (!raw) return defaultOf(setting, path, reading);
  const value = setting.secret ? secretOf(raw, path, reading) : { value: plain(raw) };
  if (!value) return unread;
  const read = setting.kind.read(value.value);
  if (read === undefined) {
    const shown = setting.secret ? 'what was given' : show(value.value);
    report(reading, raw.at, path, `${shown} is not right`, `it must be ${setting.kind.expects}`);
  }
  return read;
}

function defaultOf(setting: Setting<unknown>, path: Path, reading: Reading): unknown {
  if ('default' in setting) return setting.default;
  return report(reading, null, path, 'is missing', `it must be ${setting.kind.expects}`);
}

function secretOf(raw: Raw, path: Path, reading: Reading): { readonly value: unknown } | null {
  const resolved = resolveSecret(plain(raw), reading.secrets);
  if ('value' in resolved) return resolved;
  report(reading, raw.at, path, resolved.problem, resolved.remedy);
  return null;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function readVariants(node: Variants, raw: Raw | null, path: Path, reading: Reading): unknown[] {
  if (!raw || isNothing(raw)) return [];
  if (raw.kind !== 'list') {
    report(reading, raw.at, path, 'must be a list', 'begin each entry with "- "');
    return [];
  }
  return raw.items.map((item, index) =>
    readVariant(node, item, [...path.slice(0, -1), `${path.at(-1)}[${index}]`], reading),
  );
}

function readVariant(node: Variants, raw: Raw, path: Path, reading: Reading): unknown {
  const kinds = Object.keys(node.kinds);
  if (raw.kind !== 'map')
    return report(reading, raw.at, path, 'must be a section with keys', 'give it an id and a kind');
  const kind = raw.entries.get('kind');
  const name = kind ? plain(kind.value) : undefined;
  if (typeof name !== 'string' || !Object.hasOwn(node.kinds, name)) {
    const meant = typeof name === 'string' ? nearest(name, kinds) : null;
    const remedy = meant ? `did you mean "${meant}"?` : `it must be one of ${kinds.join(', ')}`;
    const message = kind ? `${show(name)} is no kind of connector` : 'is missing';
    return report(reading, kind?.value.at ?? raw.at, [...path, 'kind'], message, remedy);
  }
  const rest = new Map([...raw.entries].filter(([key]) => key !== 'kind'));
  const before = reading.problems.length;
  const value = readGroup(node.kinds[name] as Group, { ...raw, entries: rest }, path, reading);
  placeMissing(reading, before, raw.at);
  return { kind: name, ...value };
}

/** What is missing in an entry of a list is reported where the entry begins. */
function placeMissing(reading: Reading, from: number, at: Place): void {
  for (let index = from; index < reading.problems.length; index++) {
    const problem = reading.problems[index] as ConfigProblem;
    if (!problem.place) reading.problems[index] = { ...problem, place: at };
  }
}

/** For messages of checks that look at several keys: where this one was written, if it was. */
export function placeOf(raw: Raw | null, path: Path): Place | null {
  let here: Raw | null = raw;
  for (const part of path) {
    if (here?.kind === 'map') here = here.entries.get(part)?.value ?? null;
    else if (here?.kind === 'list') here = here.items[Number(part)] ?? null;
    else return null;
  }
  return here?.at ?? null;
}
