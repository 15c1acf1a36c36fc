// The direction of the layers (CONTRIBUTING.md, "Layers"): model <- {calls, dialects, subscriptions} and the ports
// (log, records) <- delivery <- api <- app <- cli. Drivers, connectors and dialects never import each other.
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
    layer('kit-is-domain-free', '^src/kit/', ['model', 'connectors', 'calls', 'log', 'records', 'sqlite', 'subscriptions', 'dialects', 'delivery', 'api', 'config', 'cli', 'app'], 'kit knows nothing of Offhook'),
    layer('model-is-pure', '^src/model/', ['connectors', 'calls', 'log', 'records', 'sqlite', 'subscriptions', 'dialects', 'delivery', 'api', 'config', 'cli', 'app'], 'model depends on kit alone'),
    layer('calls', '^src/calls/', ['connectors', 'records', 'sqlite', 'subscriptions', 'dialects', 'delivery', 'api', 'config', 'cli', 'app'], 'the tracker knows no PBX and no receiver'),
    layer('dialects', '^src/dialects/', ['connectors', 'calls', 'log', 'records', 'sqlite', 'subscriptions', 'delivery', 'api', 'config', 'cli', 'app'], 'dialects are pure'),
    layer('subscriptions', '^src/subscriptions/', ['connectors', 'calls', 'log', 'records', 'sqlite', 'dialects', 'delivery', 'api', 'config', 'cli', 'app'], 'matching is pure'),
    layer('connectors', '^src/connectors/', ['log', 'records', 'sqlite', 'subscriptions', 'dialects', 'delivery', 'api', 'config', 'cli', 'app'], 'a connector knows its PBX, the tracker and the model'),
    layer('log', '^src/log/', ['connectors', 'calls', 'records', 'subscriptions', 'dialects', 'delivery', 'api', 'config', 'cli', 'app'], 'the log is a port'),
    layer('records', '^src/records/', ['connectors', 'calls', 'log', 'dialects', 'delivery', 'api', 'config', 'cli', 'app'], 'records are a port'),
    layer('sqlite-engine', '^src/sqlite/', ['connectors', 'calls', 'subscriptions', 'dialects', 'delivery', 'api', 'config', 'cli', 'app'], 'the engine runs statements'),
    layer('delivery', '^src/delivery/', ['connectors', 'calls', 'sqlite', 'api', 'config', 'cli', 'app'], 'delivery sees ports'),
    layer('api', '^src/api/', ['connectors', 'sqlite', 'config', 'cli', 'app'], 'the API sees ports'),
    layer('config', '^src/config/', ['connectors', 'calls', 'log', 'records', 'sqlite', 'dialects', 'delivery', 'api', 'cli', 'app'], 'configuration is data'),
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
