/**
 * Makes the reference pages of configuration, errors, HTTP API, metrics and log lines, and the security guide's table of who may
 * do what, from their declarations. `--check` writes nothing and fails where a page is not what it would be.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { createApiWorld } from '../test/support/api-world.ts';
import { errorsReference, openApiDocument } from '../src/api/openapi/document.ts';
import { accessTable, withAccessTable } from '../src/api/openapi/access-table.ts';
import { httpApiReference } from '../src/api/openapi/markdown.ts';
import { logReference } from '../src/app/attempt-log/reference.ts';
import { createAppMetrics } from '../src/app/metrics/app-metrics.ts';
import { metricsReference } from '../src/app/metrics/reference.ts';
import { configurationReference } from '../src/config/reference.ts';

const securityGuide = 'docs/guides/security.md';

/** What is made of the routes and of what the server counts: the references, and the table of who may do what. */
async function fromRoutes(): Promise<Readonly<Record<string, string>>> {
  const { registry } = createAppMetrics({ subscriptions: 1, endpoints: 1 });
  const world = await createApiWorld({ deps: { metrics: registry } });
  try {
    const { routes } = world.api.routes;
    const guide = await readFile(new URL(`../${securityGuide}`, import.meta.url), 'utf8');
    return {
      'docs/reference/http-api.md': httpApiReference(openApiDocument(routes, world.deps.version)),
      'docs/reference/metrics.md': metricsReference(registry),
      [securityGuide]: withAccessTable(guide, accessTable(routes)),
    };
  } finally {
    await world.stop();
  }
}

const pages: Readonly<Record<string, string>> = {
  'docs/reference/configuration.md': configurationReference(),
  'docs/reference/errors.md': errorsReference(),
  'docs/reference/logs.md': logReference(),
  ...(await fromRoutes()),
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
