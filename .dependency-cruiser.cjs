// The direction of the layers (CONTRIBUTING.md, "Layers"): model <- {calls, dialects, subscriptions} and the ports
// (log, records) <- {tenants, delivery, erasure} <- api <- app <- cli. Drivers, connectors and dialects never import each other.
// The receiver's library stands beside all that: it knows model and kit alone, and no part of the server knows it.
const not = (...folders) => `^src/(${folders.join('|')})/`;
const layer = (name, from, forbidden, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from, pathNot: '\\.test\\.ts$' },
  to: { path: not(...forbidden) },
});
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    { name: 'not-to-dev-dep', severity: 'error', from: { path: '^src', pathNot: '\\.test\\.ts$' }, to: { dependencyTypes: ['npm-dev'] } },
    { name: 'src-not-to-test', severity: 'error', from: { path: '^src', pathNot: '\\.test\\.ts$' }, to: { path: '^(test|bench|scripts)/' } },
    layer('kit-is-domain-free', '^src/kit/', ['erasure', 'model', 'connectors', 'calls', 'log', 'records', 'sqlite', 'subscriptions', 'dialects', 'tenants', 'delivery', 'api', 'config', 'cli', 'app'], 'kit knows nothing of Offhook'),
    layer('model-is-pure', '^src/model/', ['erasure', 'connectors', 'calls', 'log', 'records', 'sqlite', 'subscriptions', 'dialects', 'tenants', 'delivery', 'api', 'config', 'cli', 'app'], 'model depends on kit alone'),
    layer('calls', '^src/calls/', ['erasure', 'tenants', 'connectors', 'records', 'sqlite', 'subscriptions', 'dialects', 'delivery', 'api', 'config', 'cli', 'app'], 'the tracker knows no PBX and no receiver'),
    layer('dialects', '^src/dialects/', ['erasure', 'tenants', 'connectors', 'calls', 'log', 'records', 'sqlite', 'subscriptions', 'delivery', 'api', 'config', 'cli', 'app'], 'dialects are pure'),
    layer('subscriptions', '^src/subscriptions/', ['erasure', 'tenants', 'connectors', 'calls', 'log', 'records', 'sqlite', 'dialects', 'delivery', 'api', 'config', 'cli', 'app'], 'matching is pure'),
    layer('connectors', '^src/connectors/', ['erasure', 'tenants', 'log', 'records', 'sqlite', 'subscriptions', 'dialects', 'delivery', 'api', 'config', 'cli', 'app'], 'a connector knows its PBX, the tracker and the model'),
    layer('log', '^src/log/', ['erasure', 'tenants', 'connectors', 'calls', 'records', 'subscriptions', 'dialects', 'delivery', 'api', 'config', 'cli', 'app'], 'the log is a port'),
    layer('records', '^src/records/', ['erasure', 'tenants', 'connectors', 'calls', 'log', 'dialects', 'delivery', 'api', 'config', 'cli', 'app'], 'records are a port'),
    layer('sqlite-engine', '^src/sqlite/', ['erasure', 'tenants', 'connectors', 'calls', 'subscriptions', 'dialects', 'delivery', 'api', 'config', 'cli', 'app'], 'the engine runs statements'),
    layer('tenants', '^src/tenants/', ['erasure', 'connectors', 'calls', 'log', 'sqlite', 'subscriptions', 'dialects', 'delivery', 'api', 'config', 'cli', 'app'], 'who there is hangs on no call and no receiver'),
    layer('delivery', '^src/delivery/', ['erasure', 'connectors', 'calls', 'sqlite', 'tenants', 'api', 'config', 'cli', 'app'], 'delivery sees ports'),
    layer('erasure', '^src/erasure/', ['connectors', 'calls', 'sqlite', 'subscriptions', 'dialects', 'tenants', 'delivery', 'api', 'config', 'cli', 'app'], 'an erasure asks each part to erase, and knows none'),
    layer('api', '^src/api/', ['connectors', 'sqlite', 'config', 'cli', 'app'], 'the API sees ports'),
    layer('config', '^src/config/', ['erasure', 'tenants', 'connectors', 'calls', 'log', 'records', 'sqlite', 'dialects', 'delivery', 'api', 'cli', 'app'], 'configuration is data'),
    {
      name: 'receiver',
      severity: 'error',
      comment: 'the library runs in other people’s programs: it knows model and kit, and nothing of the server',
      from: { path: '^src/receiver/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/', pathNot: '^src/(receiver|model|kit)/' },
    },
    {
      name: 'receiver-needs-no-package',
      severity: 'error',
      comment: 'who receives with Fastify should not load Express, nor anybody the server’s packages',
      from: { path: '^src/receiver/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg'] },
    },
    {
      name: 'server-without-receiver',
      severity: 'error',
      comment: 'the server does not receive by its own library',
      from: { path: '^src/', pathNot: '^src/receiver/' },
      to: { path: '^src/receiver/' },
    },
    layer('app', '^src/app/', ['cli'], 'app wires; cli calls app'),
    {
      name: 'drivers-stay-behind-their-port',
      severity: 'error',
      from: { pathNot: '^src/(app|log|records|sqlite)/|\\.test\\.ts$|^(test|bench|scripts)/' },
      to: { path: '^src/(log|records)/(memory|sqlite|jetstream|postgres)/|^src/sqlite/' },
    },
    {
      name: 'connectors-apart',
      severity: 'error',
      from: { path: '^src/connectors/([^/]+)/' },
      to: { path: '^src/connectors/([^/]+)/', pathNot: '^src/connectors/$1/' },
    },
    {
      name: 'dialects-apart',
      severity: 'error',
      from: { path: '^src/dialects/([^/]+)/' },
      to: { path: '^src/dialects/([^/]+)/', pathNot: '^src/dialects/$1/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    parser: 'swc',
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'], extensions: ['.ts', '.js'] },
  },
};
