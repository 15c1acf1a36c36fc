import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { createApiWorld } from '../../../test/support/api-world.ts';
import { configurationReference } from '../../config/reference.ts';
import { errorsReference, openApiDocument } from './document.ts';
import { httpApiReference } from './markdown.ts';

const page = (name: string): Promise<string> =>
  readFile(new URL(`../../../docs/reference/${name}.md`, import.meta.url), 'utf8');

test('the reference pages say what the schemas say (npm run generate:reference)', async () => {
  assert.equal(await page('errors'), errorsReference());
  assert.equal(await page('configuration'), configurationReference());
  const world = await createApiWorld();
  try {
    const document = openApiDocument(world.api.routes.routes, world.deps.version);
    assert.equal(await page('http-api'), httpApiReference(document));
  } finally {
    await world.stop();
  }
});

test('every route under /v1 says what it does, and needs a token', async () => {
  const world = await createApiWorld();
  try {
    for (const { method, path, facts } of world.api.routes.routes) {
      if (!path.startsWith('/v1/')) continue;
      assert.ok(facts, `${method} ${path} has no description`);
      const answer = await world.api.app.inject({ method: method as 'GET', url: path.replace(/:[a-z]+/g, '1') });
      assert.equal(answer.statusCode, 401, `${method} ${path}`);
    }
    const ids = Object.values(openApiDocument(world.api.routes.routes, '1').paths)
      .flatMap((operations) => Object.values(operations))
      .map(({ operationId }) => operationId);
    assert.equal(new Set(ids).size, ids.length);
  } finally {
    await world.stop();
  }
});
