import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

const program = `
  import { registerHooks } from 'node:module';
  const loaded = [];
  registerHooks({ resolve: (name, context, next) => {
    const resolved = next(name, context);
    loaded.push(resolved.url);
    return resolved;
  } });
  await import(process.argv[1]);
  console.log(JSON.stringify(loaded));`;

test('it loads nothing of the server and no package', () => {
  const index = new URL('index.ts', import.meta.url).href;
  const run = spawnSync(process.execPath, ['--input-type=module', '--eval', program, index], { encoding: 'utf8' });
  const loaded = JSON.parse(run.stdout) as string[];
  const source = new URL('..', import.meta.url).href;
  const allowed =
    /^(?:node:[a-z]+|receiver\/[a-z-]+\.ts|kit\/(?:clock|signing-secret)\.ts|model\/event-types\/names\.ts)$/;
  assert.ok(loaded.length > 10, run.stderr);
  assert.deepEqual(
    loaded.map((url) => url.replace(source, '')).filter((name) => !allowed.test(name)),
    [],
  );
});
