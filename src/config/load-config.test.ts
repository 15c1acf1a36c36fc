import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import * as fc from 'fast-check';
import { loadConfig, type ConfigSources } from './load-config.ts';
import { showProblem } from './place.ts';
import type { Config } from './schema.ts';
import { summarize, summarizeChanges } from './summary.ts';

const directory = mkdtempSync(join(tmpdir(), 'offhook-config-'));
after(() => rmSync(directory, { recursive: true }));

let count = 0;
function written(yaml: string): string {
  const file = join(directory, `${count++}.yaml`);
  writeFileSync(file, yaml);
  return file;
}

function load(yaml: string, more: Partial<ConfigSources> = {}): Config {
  const loaded = loadConfig({ env: {}, file: written(yaml), ...more });
  if ('problems' in loaded) throw new Error(loaded.problems.map(showProblem).join('\n'));
  return loaded.config;
}

function refuse(yaml: string, more: Partial<ConfigSources> = {}): string[] {
  const file = written(yaml);
  const loaded = loadConfig({ env: {}, file, ...more });
  assert.ok('problems' in loaded, 'it was accepted');
  return loaded.problems.map((problem) => showProblem(problem).replace(file, 'offhook.yaml'));
}

test('an empty file gives the defaults', () => {
  const config = load('');
  assert.equal(config.server.port, 4665);
  assert.equal(config.retention.events, 7 * 86_400_000);
  assert.deepEqual(config.connectors, []);
  assert.deepEqual(summarizeChanges(config), {});
});

test('flags win over the environment, the environment over the file', () => {
  const yaml = 'server: { port: 1000 }';
  assert.equal(load(yaml).server.port, 1000);
  assert.equal(load(yaml, { env: { OFFHOOK_SERVER_PORT: '2000' } }).server.port, 2000);
  assert.equal(load(yaml, { env: { OFFHOOK_PORT: '3000', OFFHOOK_SERVER_PORT: '2000' } }).server.port, 3000);
  const flags = new Map([['OFFHOOK_PORT', { flag: '--port', value: '4000' }]]);
  assert.equal(load(yaml, { env: { OFFHOOK_PORT: '3000' }, flags }).server.port, 4000);
});

const pbx = 'connectors:\n  - { id: pbx1, kind: asterisk, host: pbx, username: u, secret: s, commands: ';

test('commands to a phone system are off, and on with a context; a channel is a device’s with a place for the number', () => {
  const [off] = load(`${pbx} { } }`).connectors;
  assert.equal(off?.kind === 'asterisk' ? off.commands.context : undefined, null);
  const all =
    '{ context: phones, channel: "PJSIP/{extension}", outside: "PJSIP/{number}@trunk-1", prefixes: [1, "+1"], notEmergency: ["112"] }';
  const [on] = load(`${pbx} ${all} }`).connectors;
  assert.deepEqual(on?.kind === 'asterisk' ? on.commands : undefined, {
    ...{ context: 'phones', channel: 'PJSIP/{extension}', outside: 'PJSIP/{number}@trunk-1' },
    ...{ prefixes: ['1', '+1'], notEmergency: ['112'], callerId: null, perMinute: 60 },
  });
  for (const [commands, key] of [
    ['{ channel: "PJSIP/{extension}" }', 'commands.context'],
    ['{ prefixes: ["1"] }', 'commands.context'],
    ['{ notEmergency: ["112"] }', 'commands.context'],
    ['{ context: phones, notEmergency: ["+112"] }', 'commands.notEmergency'],
    ['{ context: phones, channel: "Local/{extension}@phones" }', 'commands.channel'],
    ['{ context: phones, channel: "PJSIP/101" }', 'commands.channel'],
    ['{ context: phones, channel: "PJSIP/{extension}&PJSIP/9" }', 'commands.channel'],
    ['{ context: phones, outside: "PJSIP/{number}@trunk,1" }', 'commands.outside'],
    ['{ context: "phones,1" }', 'commands.context'],
    ['{ context: phones, prefixes: ["*"] }', 'commands.prefixes'],
    ['{ context: phones, callerId: "Bob" }', 'commands.callerId'],
  ] as const) {
    const problems = refuse(`${pbx} ${commands} }`);
    assert.ok(
      problems.some((problem) => problem.includes(key)),
      `${commands}: ${problems.join('\n')}`,
    );
  }
});

test('every kind of value can come from the environment', () => {
  const env = {
    OFFHOOK_RETENTION_EVENTS: '2d',
    OFFHOOK_RETENTION_MAX_BYTES: '5GB',
    OFFHOOK_DELIVERY_ALLOW_NETWORKS: '10.0.0.0/8, fd00::/8',
    OFFHOOK_DELIVERY_TIMEOUT_MS: '500',
    OFFHOOK_CONNECTORS: '[{ id: s, kind: simulator, speed: 10 }]',
  };
  const config = load('', { env });
  assert.equal(config.retention.events, 2 * 86_400_000);
  assert.equal(config.retention.maxBytes, 5e9);
  assert.deepEqual(config.delivery, { allowNetworks: ['10.0.0.0/8', 'fd00::/8'], timeoutMs: 500 });
  assert.equal(config.connectors[0]?.kind, 'simulator');
});

test('the connector of the documentation is read', () => {
  const yaml = `
connectors:
  - { id: pbx1, kind: asterisk, host: 127.0.0.1, port: 5038, username: hub, secret: env:AMI_SECRET,
      domain: acme, trunks: ["PJSIP/trunk-*"], extensions: "^[0-9]{3,4}$" }
`;
  const [connector] = load(yaml, { env: { AMI_SECRET: 'hush' } }).connectors;
  assert.ok(connector?.kind === 'asterisk');
  assert.equal(connector.secret, 'hush');
  assert.deepEqual(connector.trunks, ['PJSIP/trunk-*']);
});

test('every mistake is told at once, with its place and what would be right', () => {
  const yaml = `server:
  prot: 80
  host: "no such host!"
retention:
  events: 7 days
colour: blue
connectors:
  - id: a
    kind: asterix
  - kind: simulator
    speed: fast
`;
  assert.deepEqual(refuse(yaml), [
    'offhook.yaml:2:3: server.prot: there is no such key; did you mean "port"?',
    'offhook.yaml:3:9: server.host: "no such host!" is not right; it must be a host name or an IP address',
    'offhook.yaml:5:11: retention.events: "7 days" is not right; it must be a number with a unit (ms, s, m, h, d or w), such as 30s, 5m or 7d, from 10m to 3650d',
    'offhook.yaml:6:1: colour: there is no such key; the keys here are server, data, admin, secret, defaults, connectors, delivery, retention, log, metrics, telemetry, stop, cluster',
    'offhook.yaml:9:11: connectors[0].kind: "asterix" is no kind of connector; did you mean "asterisk"?',
    'offhook.yaml:10:5: connectors[1].id: is missing; it must be a name of letters, digits, _, . and -',
    'offhook.yaml:11:12: connectors[1].speed: "fast" is not right; it must be a number from 0.01 to 1000',
  ]);
});

test('text that is no YAML is told with its line', () => {
  const [problem] = refuse('server:\n  port: [1\nx: 1');
  assert.match(problem as string, /^offhook\.yaml:\d+:\d+: not valid YAML/);
});

test('a cluster is refused with a clear word', () => {
  assert.match(refuse('cluster: { nats: [] }')[0] as string, /1:10: cluster: is not supported in this version; remove/);
});

test('settings that do not fit each other are refused', () => {
  assert.match(refuse('server: { tls: { cert: a.pem } }')[0] as string, /server\.tls\.key: is missing beside/);
  assert.match(refuse('retention: { events: 10m, ids: 1h }')[0] as string, /retention\.ids: 1h is longer/);
  const twice = 'connectors: [{ id: a, kind: simulator }, { id: a, kind: simulator }]';
  assert.match(refuse(twice)[0] as string, /connectors\[1\]\.id: "a" is the id of another/);
});

test('no connector takes the name that events over HTTP carry', () => {
  const [problem] = refuse('connectors:\n  - id: api\n    kind: simulator\n');
  assert.equal(
    problem,
    'offhook.yaml:2:9: connectors[0].id: "api" is the connector of events that come over HTTP; give it another id, such as pbx1',
  );
});

test('files that are not there and a directory that cannot be made are mistakes like others', () => {
  const yaml = `server:
  tls: { cert: /no/such.pem, key: ${directory} }
data:
  dir: /dev/null/data
`;
  const [cert, key, dir, ...more] = refuse(yaml);
  assert.match(cert as string, /2:16: server\.tls\.cert: the file \/no\/such\.pem cannot be read \(ENOENT\); check/);
  assert.match(key as string, /server\.tls\.key: .* \(EISDIR\)/);
  assert.match(dir as string, /4:8: data\.dir: the store cannot be in \/dev\/null\/data .*ENOTDIR\); name a directory/);
  assert.deepEqual(more, []);
  const missing = join(directory, 'not', 'there');
  assert.equal(load('', { env: { OFFHOOK_DATA_DIR: missing } }).data.dir, missing);
  assert.ok(!existsSync(missing), 'checking makes nothing');
});

test('a name in the environment that nothing reads is told, with what was probably meant', () => {
  const warnings = (env: Record<string, string>, yaml = ''): readonly string[] => {
    const loaded = loadConfig({ env, file: written(yaml) });
    assert.ok('config' in loaded);
    return loaded.warnings;
  };
  const [prot, ...more] = warnings({ OFFHOOK_SERVER_PROT: '80', OFFHOOK_PORT: '81', OFFHOOK_CRASH_RUNS: '1' });
  assert.equal(prot, 'there is no setting OFFHOOK_SERVER_PROT, and it is ignored; did you mean OFFHOOK_SERVER_PORT?');
  assert.deepEqual(more, []);
  const secret = { OFFHOOK_PBX_SECRET: 'of-the-pbx-and-long-enough' };
  assert.equal(warnings(secret).length, 1);
  assert.deepEqual(warnings(secret, 'admin: { token: env:OFFHOOK_PBX_SECRET }'), []);
});

test('an empty name in the environment is as good as none', () => {
  assert.equal(load('', { env: { OFFHOOK_ADMIN_TOKEN: '', OFFHOOK_NONSENSE: '' } }).admin.token, null);
});

test('a secret comes from a file or the environment, and is never shown', () => {
  writeFileSync(join(directory, 'token'), 'a-token-of-the-administrator\n');
  const config = load('admin: { token: "file:token" }');
  assert.equal(config.admin.token, 'a-token-of-the-administrator');
  assert.ok(!JSON.stringify(summarize(config)).includes('a-token-of'));
  assert.deepEqual(summarizeChanges(config), { admin: { token: '(set)' } });
  assert.match(refuse('admin: { token: "env:NOT_SET" }')[0] as string, /NOT_SET is not set/);
  const short = refuse('admin: { token: "tooshort" }')[0] as string;
  assert.ok(!short.includes('tooshort'), 'a wrong secret is not shown either');
});

test('a Kubernetes service link is no port', () => {
  const loaded = loadConfig({ env: { OFFHOOK_PORT: 'tcp://10.0.0.1:4665' }, file: written('') });
  assert.ok('config' in loaded);
  assert.equal(loaded.config.server.port, 4665);
  assert.equal(loaded.warnings.length, 1);
});

test('a missing file is told when it was named', () => {
  const loaded = loadConfig({ env: {}, file: join(directory, 'missing.yaml') });
  assert.ok('problems' in loaded);
  assert.match(showProblem(loaded.problems[0]!), /cannot be read \(ENOENT\); check the path/);
});

test('no text makes the loader throw', () => {
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    fc.string({ unit: fc.constantFrom(...Array.from('abc: -[]{}&*!|>#\n\t"\'?,')) }),
  );
  fc.assert(
    fc.property(text, (yaml) => {
      const loaded = loadConfig({ env: {}, file: written(yaml) });
      return 'config' in loaded || loaded.problems.length > 0;
    }),
  );
});

test('the largest body has room in the memory for bodies', () => {
  assert.equal(load('server: { maxBodyBytes: 1MB, bodyMemoryBytes: 3MB }').server.bodyMemoryBytes, 3_000_000);
  const [problem] = refuse('server: { maxBodyBytes: 100MB }');
  assert.match(problem ?? '', /server\.bodyMemoryBytes.*leave no room for a body of server\.maxBodyBytes/);
  assert.match(problem ?? '', /make it at least 300000000, or lower server\.maxBodyBytes/);
});

test('the collector of traces goes by OpenTelemetry’s own names too, and its headers are secret', () => {
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer planted,x-key=k',
    OTEL_SERVICE_NAME: 'phones',
    OTEL_TRACES_EXPORTER: 'otlp',
  };
  const loaded = loadConfig({ env, file: '/dev/null' });
  assert.ok('config' in loaded);
  const { telemetry } = loaded.config;
  assert.deepEqual(
    [telemetry.otlp, telemetry.serviceName, telemetry.headers],
    ['http://127.0.0.1:4318/', 'phones', ['authorization=Bearer planted', 'x-key=k']],
  );
  assert.deepEqual(loaded.warnings, []);
  assert.ok(!JSON.stringify(summarizeChanges(loaded.config)).includes('planted'));
  const wrong = loadConfig({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://user:planted@c.test' }, file: '/dev/null' });
  assert.ok('problems' in wrong);
});

const ringme = (...lines: readonly string[]): string =>
  ['connectors:', '  - id: office', '    kind: ringme', ...lines.map((line) => `    ${line}`)].join('\n');

test('a connector that registers us elsewhere needs to know where, as whom, and where we are', () => {
  const config = load(
    ringme('url: https://api.example/', 'publicUrl: https://hub.example', 'auth: { clientId: me, clientSecret: s }'),
  );
  const [connector] = config.connectors;
  assert.equal(connector?.kind === 'ringme' && connector.answer, true);
  assert.deepEqual(refuse(ringme()), [
    'offhook.yaml:2:5: connectors[0].url: is missing; it must be a URL with http or https, without user and password',
    'offhook.yaml:2:5: connectors[0].publicUrl: is missing; it must be a URL with http or https, without user and password',
  ]);
});

test('its log-in is whole: an id with its secret, or a token alone', () => {
  const where = ['url: https://api.example', 'publicUrl: https://hub.example'];
  const said = (...lines: readonly string[]): string => refuse(ringme(...where, ...lines)).join('\n');
  assert.match(
    said(),
    /connectors\[0\]\.auth: and token are missing; give auth\.clientId and auth\.clientSecret, or token/,
  );
  assert.match(said('auth: { clientId: me }'), /connectors\[0\]\.auth\.clientSecret: is missing beside auth\.clientId/);
  assert.match(said('auth: { clientSecret: me }'), /connectors\[0\]\.auth\.clientId: is missing beside/);
  assert.match(
    said('auth: { clientId: a, clientSecret: b }', 'token: c'),
    /connectors\[0\]\.token: stands beside auth/,
  );
  assert.match(said('token: c', 'agent: ["1"]'), /did you mean "agents"/);
  const open = ['url: https://api.example/?a=b', 'publicUrl: https://hub.example/#x', 'token: c'];
  assert.match(refuse(ringme(...open)).join('\n'), /url: has a query or a fragment.*\n.*publicUrl: has a query/);
});

test('its secrets are not shown', () => {
  const where = ['url: https://api.example', 'publicUrl: https://hub.example'];
  const one = load(ringme(...where, 'auth: { clientId: me, clientSecret: planted-secret-1 }'));
  const other = load(ringme(...where, 'token: planted-secret-2'));
  for (const config of [one, other]) {
    assert.ok(!JSON.stringify([summarize(config), summarizeChanges(config)]).includes('planted-secret'));
  }
});

test('VoipNow has no events of agents', () => {
  const text = ringme('url: https://api.example', 'publicUrl: https://hub.example', 'token: c', 'agents: ["210"]');
  assert.match(refuse(text.replace('ringme', 'voipnow')).join('\n'), /agents: there is no such key/);
});
