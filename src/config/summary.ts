import type { ConfigNode, Setting } from './nodes.ts';
import { configSchema, type Config } from './schema.ts';

/** The configuration as it may be shown: what is secret says only whether it is set. */
export function summarize(config: Config): object {
  return mask(configSchema, config) as object;
}

/** Keys that differ from their defaults, masked: what the first line of the log says. */
export function summarizeChanges(config: Config): object {
  return changes(configSchema, config) ?? {};
}

function shown(setting: Setting<unknown>, value: unknown): unknown {
  if (!setting.secret || value === null) return value;
  return Array.isArray(value) ? value.map(() => '(set)') : '(set)';
}

function mask(node: ConfigNode, value: unknown): unknown {
  if (node.node === 'setting') return shown(node, value);
  if (node.node === 'variants') {
    return (value as { kind: string }[]).map((entry) => ({
      kind: entry.kind,
      ...(mask(node.kinds[entry.kind] as ConfigNode, entry) as object),
    }));
  }
  if (node.node === 'unsupported') return undefined;
  const fields = Object.entries(node.fields).filter(([, field]) => field.node !== 'unsupported');
  return Object.fromEntries(
    fields.map(([name, field]) => [name, mask(field, (value as Record<string, unknown>)[name])]),
  );
}

function changes(node: ConfigNode, value: unknown): object | undefined {
  if (node.node !== 'group') return undefined;
  const found: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(node.fields)) {
    const inner = (value as Record<string, unknown>)[name];
    const change = field.node === 'group' ? changes(field, inner) : changed(field, inner);
    if (change !== undefined) found[name] = change;
  }
  return Object.keys(found).length > 0 ? found : undefined;
}

function changed(node: ConfigNode, value: unknown): unknown {
  if (node.node === 'setting') {
    return JSON.stringify(node.default) === JSON.stringify(value) ? undefined : shown(node, value);
  }
  if (node.node === 'variants' && (value as unknown[]).length > 0) return mask(node, value);
  return undefined;
}
