import { hostname } from 'node:os';
import type { Base } from './base.ts';
import type { Parts } from './parts.ts';
import type { Tracer } from './tracing/tracer.ts';

/** Undefined: traces are not asked for, and nothing of them is loaded. */
export async function startTracing(
  parts: Parts,
  { clock, logger, config }: Base,
  version: string,
): Promise<Tracer | undefined> {
  const { otlp, headers, serviceName, sampleRatio } = config.telemetry;
  if (otlp === null) return undefined;
  const [{ Exporter }, { Tracer: Made }] = await Promise.all([
    import('./tracing/exporter.ts'),
    import('./tracing/tracer.ts'),
  ]);
  const resource = { 'service.name': serviceName, 'service.version': version, 'host.name': hostname() };
  const named = Object.fromEntries(headers.map((header) => header.split(/=(.*)/s, 2)));
  const exporter = await parts.add(
    'traces',
    () => new Exporter({ clock, logger, url: tracesUrl(otlp), headers: named, resource }),
    (started) => started.close(),
  );
  return new Made({ clock, ratio: sampleRatio, put: (span) => exporter.put(span) });
}

/** As the standard has it: the configured endpoint is the base of all kinds of telemetry. */
function tracesUrl(base: string): string {
  const url = new URL(base);
  if (!url.pathname.endsWith('/v1/traces')) url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/traces`;
  return url.href;
}
