/** `offhook tokens` against a server, in this process. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../src/cli/run.ts';
import { appToken, withApp } from '../support/app.ts';

interface Ran {
  readonly code: number;
  readonly out: readonly string[];
  readonly notes: readonly string[];
}

async function offhook(url: string, token: string, ...args: string[]): Promise<Ran> {
  const out: string[] = [];
  const notes: string[] = [];
  const terminal = {
    isInteractive: false,
    width: 120,
    out: (line: string) => void out.push(line),
    note: (line: string) => void notes.push(line),
    draw: () => {},
  };
  const code = await run(args, {
    terminal,
    env: { OFFHOOK_URL: url, OFFHOOK_ADMIN_TOKEN: token },
    stdin: (async function* none() {})(),
    signal: new AbortController().signal,
  });
  return { code, out, notes };
}

test('tokens are made, listed, rotated and revoked', { timeout: 30_000 }, () =>
  withApp(async ({ url }) => {
    const asAdmin = (...args: string[]) => offhook(url, appToken, 'tokens', ...args);
    assert.match((await asAdmin()).notes[0] ?? '', /offhook tokens create/);

    const made = await asAdmin('create', 'CRM', '--domain', 'acme', '--expires', '90d');
    assert.equal(made.code, 0, made.notes.join('\n'));
    const [token = ''] = made.out;
    assert.match(token, /^oh_[0-9a-f]{16}_[0-9a-f]{64}$/, 'nothing but the token, so that a script can take it');
    const id = token.split('_')[1] as string;

    const list = await asAdmin('list');
    assert.match(list.out.join('\n'), new RegExp(`${id} +domain +default / acme +CRM +20\\d\\d-.*never`));
    const own = await offhook(url, token, 'tokens', '--json');
    assert.equal((JSON.parse(own.out[0] ?? '') as { id: string }).id, id, 'a token lists what it covers');
    const higher = await offhook(url, token, 'tokens', 'create', 'more', '--kind', 'superuser');
    assert.deepEqual([higher.code, /outside_scope/.test(higher.notes.join())], [1, true]);

    const rotated = await asAdmin('rotate', id, '--grace', '1h');
    assert.notEqual(rotated.out[0], token);
    assert.match(rotated.notes.join('\n'), /the one before is valid until 20/);
    assert.equal((await asAdmin('revoke', id)).out[0], 'revoked');
    assert.equal((await offhook(url, rotated.out[0] ?? '', 'tokens')).code, 1);

    assert.equal((await asAdmin('create', 'x', '--domain', 'acme', '--expires', 'soon')).code, 2);
    assert.equal((await asAdmin('create', 'x', '--kind', 'king')).code, 2);
    assert.equal((await asAdmin('revoke', 'nobody')).code, 1);
  }),
);
