import assert from 'node:assert/strict';
import { test } from 'node:test';
import { leanStart } from './lean-process.ts';

const facts = {
  platform: 'linux',
  argv: ['node', '/offhook/main.js', 'up', '--port', '1'],
  execArgv: ['--cpu-prof'],
  execPath: '/bin/node',
  env: { HOME: '/root' } as NodeJS.ProcessEnv,
};

test('a server starts anew once, with its own command line kept', () => {
  const start = leanStart(facts);
  assert.deepEqual(start?.args, [
    '/bin/node',
    '--max-semi-space-size=16',
    '--cpu-prof',
    '/offhook/main.js',
    'up',
    '--port',
    '1',
  ]);
  assert.deepEqual(start?.env, { HOME: '/root', MALLOC_ARENA_MAX: '2' });
  assert.equal(leanStart({ ...facts, env: start?.env ?? {} }), null);
});

test('other commands, and other systems, run as they are', () => {
  assert.equal(leanStart({ ...facts, argv: ['node', 'main.js', 'tail'] }), null);
  assert.equal(leanStart({ ...facts, platform: 'win32' }), null);
});
