/** The commands of docs/guides/receivers.md, one after the other in one shell, with a receiver and an Offhook of ours. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { appToken, withApp } from '../support/app.ts';
import { blocksOf } from '../support/receiver/guide.ts';
import { skipWithoutProgram } from './support/parts.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const skip = skipWithoutProgram('curl') || skipWithoutProgram('openssl');

test('subscribe, send, look', { skip }, async (context) => {
  const signatures: (string | undefined)[] = [];
  const receiver = createServer((request, response) => {
    signatures.push(request.headers['webhook-signature'] as string | undefined);
    request.resume().on('end', () => response.end());
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  context.after(() => receiver.close().closeAllConnections());
  const hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  await withApp(
    async (app) => {
      const commands = blocksOf('receivers.md')
        .filter(({ language }) => language === 'sh')
        .map(({ text }) =>
          text.replaceAll('http://127.0.0.1:4665', app.url).replaceAll('https://crm.example/hook', hook),
        );
      const env = { ...process.env, OFFHOOK_ADMIN_TOKEN: appToken, OFFHOOK_URL: app.url };
      const script = ['set -e', ...commands.map((text) => `${text}\necho --next--`)].join('\n');
      const { stdout } = await run('bash', ['-c', script], { cwd: root, env });
      const [subscribed = '', sent = '', inbox = ''] = stdout.split('--next--\n');
      assert.equal((JSON.parse(subscribed) as { name: string }).name, 'My receiver');
      assert.match(sent, /1 event accepted/);
      assert.ok(Array.isArray((JSON.parse(inbox) as { items: unknown[] }).items));
      await app.app.parts().delivery.settledUpTo(1);
      assert.match(signatures[0] ?? '', /^v1,[A-Za-z0-9+/]{43}=$/);
    },
    { OFFHOOK_DELIVERY_ALLOW_NETWORKS: '127.0.0.1' },
  );
});
