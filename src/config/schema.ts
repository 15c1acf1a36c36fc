/**
 * The configuration: every key with its kind, default, description and whether it is secret, side by side. The loader,
 * the messages about mistakes, the masked summary and `docs/reference/configuration.md` are all made from it.
 *
 * The environment name of a key is `OFFHOOK_` and its path in capitals: `server.port` is `OFFHOOK_SERVER_PORT`,
 * `delivery.timeoutMs` is `OFFHOOK_DELIVERY_TIMEOUT_MS`.
 */
import { connectorSchema } from './connector-schema.ts';
import { bytes, decimal, duration, host, listOf, network, oneOf, orNull, text, webUrl, whole, yesNo } from './kinds.ts';
import { group, setting, type Read, type Unsupported } from './nodes.ts';

const path = text({ maxLength: 4096, expects: 'a path' });
const day = 86_400_000;
const secretKey = text({ pattern: /^.{16,}$/, expects: 'at least 16 characters' });

const server = group('The HTTP server.', {
  host: setting(host, {
    default: '127.0.0.1',
    env: 'OFFHOOK_HOST',
    description: 'Address to listen on. Anything but loopback should have TLS here or in a proxy before it.',
  }),
  port: setting(whole(0, 65535), {
    default: 4665,
    env: 'OFFHOOK_PORT',
    description: 'Port to listen on (4665 spells HOOK); 0 takes a free one.',
  }),
  tls: group('HTTPS by Offhook itself.', {
    cert: setting(orNull(path), {
      default: null,
      description: 'File (PEM) of the certificate chain; null serves plain HTTP.',
    }),
    key: setting(orNull(path), { default: null, description: 'File (PEM) of its private key.' }),
  }),
  trustedProxies: setting(listOf(network), {
    default: [],
    description: 'Proxies whose word about the client’s address (`X-Forwarded-For`) is believed.',
  }),
  maxBodyBytes: setting(bytes(1000), {
    default: 8_000_000,
    description:
      'Largest request body. One that says to be larger is refused before it is read, any other as soon as it is.',
  }),
  bodyMemoryBytes: setting(bytes(10_000), {
    default: 256_000_000,
    description:
      'Memory for request bodies under way, over all connections. A tenant has at most as much of it as is still free; what finds no room is refused with 503. At least three times `server.maxBodyBytes`.',
  }),
  maxConnections: setting(whole(10, 1_000_000), { default: 10_000, description: 'Most connections at a time.' }),
  maxStreams: setting(whole(1, 100_000), { default: 500, description: 'Most clients of `/v1/stream` at a time.' }),
});

const retention = group('How long things are kept. Age wins: what is older goes, delivered or not.', {
  events: setting(duration('10m', '3650d'), {
    default: 7 * day,
    description: 'Events in the log, and so the longest a delivery can be retried and replayed.',
  }),
  attempts: setting(duration('10m', '3650d'), { default: 30 * day, description: 'Attempts of deliveries.' }),
  calls: setting(duration('10m', '3650d'), { default: 400 * day, description: 'The journal of calls.' }),
  audit: setting(duration('1d', '3650d'), { default: 400 * day, description: 'Who changed what.' }),
  ids: setting(duration('10m', '7d'), {
    default: 3_600_000,
    description: 'How long an event’s id is remembered, so that a repeated one is taken once.',
  }),
  maxBytes: setting(orNull(bytes(10_000_000)), {
    default: null,
    description:
      'Size of the store at which new events are refused with 503, before the disk is full; null sets no limit.',
  }),
});

const cluster: Unsupported = {
  node: 'unsupported',
  description: 'Several servers that take over from one another.',
  remedy: 'remove the section: this version runs as one server with an embedded store',
};

export const configSchema = group('Offhook', {
  server,
  data: group('The embedded store.', {
    dir: setting(path, { default: './data', description: 'Directory of the store and the key file.' }),
  }),
  admin: group('The administrator.', {
    token: setting(
      orNull(
        text({
          maxLength: 256,
          pattern: /^[\x21-\x7e]{16,}$/,
          expects: 'at least 16 printable characters without spaces',
        }),
      ),
      {
        default: null,
        secret: true,
        description: 'Token of the administrator; null makes one at the first start and prints it once.',
      },
    ),
  }),
  secret: group('Encryption of stored credentials.', {
    key: setting(orNull(secretKey), {
      default: null,
      secret: true,
      description: 'Encrypts stored credentials; null makes a key file (mode 0600) in the data directory.',
    }),
    previousKeys: setting(listOf(secretKey), {
      default: [],
      secret: true,
      description:
        'Former keys, newest first, as long as something is encrypted by them: the start encrypts it anew by the key in force.',
    }),
  }),
  defaults: group('What is taken where nothing else is said.', {
    domain: setting(text({ maxLength: 128 }), { default: 'default', description: 'Domain of calls and events.' }),
    country: setting(text({ pattern: /^[A-Z]{2}$/, expects: 'a country as two capital letters, such as US' }), {
      default: 'US',
      description: 'Country that national phone numbers are read in.',
    }),
  }),
  connectors: connectorSchema,
  delivery: group('Delivery to receivers.', {
    allowNetworks: setting(listOf(network), {
      default: [],
      description: 'Private networks that receivers may stand in. Without this only public addresses are reached.',
    }),
    timeoutMs: setting(whole(100, 120_000), {
      default: 10_000,
      description: 'Whole time of one attempt, in milliseconds, where the subscription says nothing.',
    }),
  }),
  retention,
  log: group('What Offhook writes about itself, to standard error.', {
    level: setting(oneOf(['debug', 'info', 'warn', 'error']), {
      default: 'info',
      description: 'Least level that is written.',
    }),
    attempts: setting(oneOf(['all', 'failures', 'none']), {
      default: 'failures',
      description:
        'Attempts of deliveries that are written with a line each at level `info`. With `failures` the others are written at `debug`.',
    }),
    attemptsPerSecond: setting(whole(1, 10_000), {
      default: 50,
      description: 'Most of these lines a second; how many more there were is told.',
    }),
  }),
  metrics: group('Figures for Prometheus (`/metrics`). Each series costs memory there, so their number is bounded.', {
    subscriptions: setting(whole(0, 10_000), {
      default: 100,
      description: 'Most subscriptions with figures of their own; the others are summed under `other`.',
    }),
    endpoints: setting(whole(0, 10_000), {
      default: 100,
      description: 'Most receivers whose lag is told by itself: those furthest behind.',
    }),
  }),
  telemetry: group('OpenTelemetry traces, over OTLP/HTTP as JSON; off until `otlp` is set.', {
    otlp: setting(orNull(webUrl), {
      default: null,
      // Some collectors know their customers by a key in the URL.
      secret: true,
      env: 'OTEL_EXPORTER_OTLP_ENDPOINT',
      description: 'The collector, as `http://127.0.0.1:4318`; `/v1/traces` is added where it is missing.',
    }),
    headers: setting(
      listOf(text({ pattern: /^[!#$%&'*+.^_`|~0-9A-Za-z-]+=[\x20-\x7e]+$/, expects: 'a header as name=value' })),
      {
        default: [],
        secret: true,
        env: 'OTEL_EXPORTER_OTLP_HEADERS',
        description: 'Headers for the collector, such as a token.',
      },
    ),
    serviceName: setting(text({ maxLength: 128 }), {
      default: 'offhook',
      env: 'OTEL_SERVICE_NAME',
      description: 'Name of this service in traces.',
    }),
    sampleRatio: setting(decimal(0, 1), {
      default: 1,
      description: 'Share of traces that are recorded where the sender of an event does not decide by `traceparent`.',
    }),
    toReceivers: setting(yesNo, {
      default: false,
      description: 'Receivers get the header `traceparent` with notifications of one event, to go on with the trace.',
    }),
  }),
  stop: group('Ending the server.', {
    timeout: setting(duration('1s', '10m'), {
      default: 10_000,
      description:
        'Longest that a graceful stop may take before what is left is dropped (it is delivered after the next start).',
    }),
  }),
  cluster,
});

/** The configuration as the rest of Offhook sees it: checked, complete, secrets resolved, durations in milliseconds. */
export type Config = Read<typeof configSchema>;
export type ConnectorConfig = Config['connectors'][number];
