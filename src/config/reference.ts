/** `docs/reference/configuration.md`, made from the schema. */
import { formatDuration } from '../kit/duration.ts';
import { envNameOf } from './env-name.ts';
import type { ConfigNode, Group, Setting } from './nodes.ts';
import { configSchema } from './schema.ts';

const opening = `# Configuration

Made from the schema in \`src/config/\` by \`npm run generate:reference\`; changes belong there.

Offhook takes its configuration from four places, each over the one before it: the defaults below, the file
\`offhook.yaml\` in the working directory (another by \`--config FILE\` or \`OFFHOOK_CONFIG\`), the environment, and the
flags of the command. A wrong key or value stops the start; every mistake is reported with file, line and column,
what is wrong and what would be right. \`offhook config check\` says the same without starting anything.

Durations have a unit: \`30s\`, \`5m\`, \`1h\`, \`7d\`. Sizes may: \`500MB\`, \`20GB\`. In the environment a list is written with
commas, and \`OFFHOOK_CONNECTORS\` holds the whole list of connectors as YAML. A secret (marked below) may be written as
\`env:NAME\` or \`file:PATH\`, a path relative to the configuration file.
`;

export function configurationReference(): string {
  return `${opening}\n${sections(configSchema)}`;
}

function sections(schema: Group): string {
  return Object.entries(schema.fields)
    .map(([name, node]) => section(name, node))
    .join('\n');
}

function section(name: string, node: ConfigNode): string {
  if (node.node === 'variants') {
    const kinds = Object.entries(node.kinds).map(([kind, group]) => {
      const rows = table(group, [], (path) => path.join('.'), false);
      return `### kind: ${kind}\n\n${group.description}\n\n${rows}`;
    });
    return `## ${name}\n\n${node.description} A list; each entry has a \`kind\` and the keys of that kind.\n\n${kinds.join('\n')}`;
  }
  if (node.node === 'unsupported') return `## ${name}\n\n${node.description} Not in this version: ${node.remedy}.\n`;
  if (node.node === 'group')
    return `## ${name}\n\n${node.description}\n\n${table(node, [name], (path) => path.join('.'), true)}`;
  return '';
}

function table(group: Group, path: readonly string[], show: (path: readonly string[]) => string, env: boolean): string {
  const head = env
    ? '| key | default | what it is | environment |\n|---|---|---|---|\n'
    : '| key | default | what it is |\n|---|---|---|\n';
  const rows = settingsOf(group, path).map(([at, setting]) => {
    const cells = [`\`${show(at)}\``, defaultOf(setting), describe(setting)];
    if (env) cells.push([...(setting.env ? [setting.env] : []), envNameOf(at)].map((name) => `\`${name}\``).join(', '));
    return `| ${cells.map(cell).join(' | ')} |`;
  });
  return `${head}${rows.join('\n')}\n`;
}

function settingsOf(group: Group, path: readonly string[]): [readonly string[], Setting<unknown>][] {
  return Object.entries(group.fields).flatMap(([name, node]) => {
    const at = [...path, name];
    if (node.node === 'group') return settingsOf(node, at);
    return node.node === 'setting' ? [[at, node] as [readonly string[], Setting<unknown>]] : [];
  });
}

const cell = (text: string): string => text.replaceAll('|', '\\|');

const describe = (setting: Setting<unknown>): string =>
  `${setting.description} Must be ${setting.kind.expects}.${setting.secret ? ' **Secret.**' : ''}`;

function defaultOf(setting: Setting<unknown>): string {
  if (!('default' in setting)) return 'required';
  const value = setting.default;
  const isDuration = typeof value === 'number' && setting.kind.expects.startsWith('a number with a unit');
  return `\`${isDuration ? formatDuration(value) : JSON.stringify(value)}\``;
}
