/** `docs/reference/metrics.md`, made from what is registered. */
import type { Registry } from 'prom-client';

const opening = `# Metrics

Made from the metrics themselves by \`npm run generate:reference\`; changes belong to where they are declared
(\`src/app/metrics/\`, \`src/api/metrics/\`).

\`GET /metrics\` answers in Prometheus' text format: to whoever asks from the machine itself, and to a superuser's token. A token
of a tenant never opens it, and neither does a request that a proxy passed on without one, or a subscription that sends there. Figures are read when somebody
asks; counters begin at 0 with each start. No label holds a subscription's id, a phone number or an address: subscriptions
and receivers are told by their public numbers, and only so many of them by themselves
([\`metrics.*\`](configuration.md#metrics)). Names begin with \`offhook_\`, durations are in seconds, sizes in bytes.

Rules worth an alert are in \`deploy/prometheus/offhook.rules.yml\`; what to do then, in the
[guide to operating](../guides/operate.md).
`;

interface Shown {
  readonly name: string;
  readonly help: string;
  readonly type: string | number;
  readonly labelNames?: readonly string[];
}

export function metricsReference(registry: Registry): string {
  const metrics = (registry.getMetricsAsArray() as readonly Shown[]).toSorted((a, b) => a.name.localeCompare(b.name));
  const rows = metrics.map(({ name, help, type, labelNames = [] }) => {
    const labels = labelNames.filter((label) => label !== 'le').map((label) => `\`${label}\``);
    return `| \`${name}\` | ${type} | ${labels.join(', ')} | ${help.replaceAll('|', '\\|')} |`;
  });
  return `${opening}\n| name | kind | labels | what it is |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}
