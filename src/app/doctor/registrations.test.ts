import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clientSecret, startPbxServer } from '../../../test/support/remote-pbx-server.ts';
import { loadConfig } from '../../config/load-config.ts';
import { systemClock } from '../../kit/clock.ts';
import type { RegistrarConfig } from '../registered/exchange.ts';
import { checkRegistrations } from './registrations.ts';

async function found(connector: object, allow = '127.0.0.0/8'): Promise<string[]> {
  const env = {
    OFFHOOK_CONNECTORS: JSON.stringify([{ id: 'office', publicUrl: 'https://hub.example', ...connector }]),
    OFFHOOK_DELIVERY_ALLOW_NETWORKS: allow,
    OFFHOOK_DATA_DIR: '/nonexistent',
  };
  const loaded = loadConfig({ env, file: '/dev/null' });
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
  const [one] = loaded.config.connectors;
  const findings = await checkRegistrations(one as RegistrarConfig, loaded.config, systemClock);
  return findings.map(({ status, detail }) => `${status}: ${detail}`);
}

for (const kind of ['ringme', 'voipnow'] as const) {
  test(`doctor logs in to a ${kind}, and changes nothing`, async () => {
    const server = await startPbxServer(kind, ['0003*210']);
    try {
      const { url } = server;
      const good = { kind, url, auth: { clientId: 'me', clientSecret } };
      assert.match((await found(good)).join('\n'), /^ok: it answers, and takes our credentials \(status \d+\)$/);
      assert.ok(server.pbx.log.every((line) => line.startsWith('GET ')));
      const wrong = await found({ ...good, auth: { clientId: 'me', clientSecret: 'not-the-secret' } });
      assert.match(wrong.join('\n'), /^failed: the token endpoint 127\.0\.0\.1\S* answered 401/);
      assert.match((await found({ kind, url, token: 'x' })).join('\n'), /^failed: it does not take our credentials/);
      assert.match((await found(good, '10.0.0.0/8')).join('\n'), /^failed: .*127\.0\.0\.1 is .* not allowed/);
    } finally {
      await server.stop();
    }
  });
}

test('doctor warns of URLs by which tokens and credentials would travel in clear', async () => {
  const server = await startPbxServer('ringme', []);
  try {
    const auth = { clientId: 'me', clientSecret };
    const said = await found({ kind: 'ringme', url: server.url, auth, publicUrl: 'http://hub.example' });
    assert.match(String(said[1]), /^warning: publicUrl is plain HTTP to another machine/);
    const near = await found({ kind: 'ringme', url: server.url, auth, publicUrl: 'http://localhost:4665' });
    assert.equal(near.length, 1);
  } finally {
    await server.stop();
  }
});
