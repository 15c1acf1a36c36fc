import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { selfSigned } from '../../test/conformance/sender-certificate.ts';
import { createApiWorld } from '../../test/support/api-world.ts';
import { rawClient } from '../../test/support/raw-client.ts';

const isRefused = (answer: string): void => {
  assert.match(answer, /^HTTP\/1\.1 400 [^]*\r\ncontent-type: application\/problem\+json/i);
  assert.match(answer, /"code":"malformed_request","detail":"There is no Host header\."/);
};

test('a request without Host is told what is wrong with it', { timeout: 10_000 }, async () => {
  const world = await createApiWorld();
  try {
    await world.api.start();
    const client = rawClient(world.api.url());
    client.write('GET /healthz HTTP/1.1\r\n\r\n');
    isRefused(await client.ended());
    const old = rawClient(world.api.url());
    old.write('GET /healthz HTTP/1.0\r\n\r\n');
    assert.match(await old.ended(), /^HTTP\/1\.1 200 /);
  } finally {
    await world.stop();
  }
});

test('with TLS as well: what the server asks of HTTP is the same there', { timeout: 10_000 }, async () => {
  const world = await createApiWorld({ options: { tls: selfSigned(['localhost'], ['127.0.0.1']) } });
  try {
    await world.api.start();
    assert.equal((world.api.app.server as { headersTimeout?: number }).headersTimeout, 15_000);
    const socket = connectTls({ port: Number(new URL(world.api.url()).port), rejectUnauthorized: false });
    socket.write('GET /healthz HTTP/1.1\r\n\r\n');
    let answer = '';
    for await (const part of socket.setEncoding('utf8')) answer += part as string;
    isRefused(answer);
  } finally {
    await world.stop();
  }
});
