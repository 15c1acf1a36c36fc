/**
 * Makes the reference pages of configuration, errors and HTTP API from their schemas. `--check` writes nothing and
 * fails where a page is not what it would be.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { createApiWorld } from '../test/support/api-world.ts';
import { errorsReference, openApiDocument } from '../src/api/openapi/document.ts';
import { httpApiReference } from '../src/api/openapi/markdown.ts';
import { configurationReference } from '../src/config/reference.ts';

async function apiReference(): Promise<string> {
  const world = await createApiWorld();
  try {
    return httpApiReference(openApiDocument(world.api.routes.routes, world.deps.version));
  } finally {
    await world.stop();
  }
}

const pages: Readonly<Record<string, string>> = {
  'docs/reference/configuration.md': configurationReference(),
  'docs/reference/errors.md': errorsReference(),
  'docs/reference/http-api.md': await apiReference(),
};

const isCheck = process.argv.includes('--check');
for (const [path, wanted] of Object.entries(pages)) {
  const url = new URL(`../${path}`, import.meta.url);
  const found = await readFile(url, 'utf8').catch(() => '');
  if (found === wanted) continue;
  if (isCheck) {
    console.error(`${path} is out of date; run: npm run generate:reference`);
    process.exitCode = 1;
  } else {
    await writeFile(url, wanted);
    console.log(`wrote ${path}`);
  }
}
