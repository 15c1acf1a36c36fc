import { Type } from 'typebox';
import type { App } from '../deps.ts';
import { described, type RouteList } from './route-list.ts';

/** Both are made when first asked for: most servers never are. */
export function openApiRoutes(app: App, { version, routes }: { version: string; routes: RouteList }): void {
  let document: Promise<{ json: string; page: string }> | null = null;
  const make = async (): Promise<{ json: string; page: string }> => {
    const [{ openApiDocument }, { docsPage }] = await Promise.all([import('./document.ts'), import('./markdown.ts')]);
    const made = openApiDocument(routes.routes, version);
    return { json: JSON.stringify(made), page: docsPage(made) };
  };

  const json = described({
    summary: 'This API as OpenAPI 3.1',
    tag: 'server',
    token: false,
    answers: { 200: { description: 'The document.', schema: Type.Object({}, { additionalProperties: true }) } },
  });
  app.get('/openapi.json', json, async (_request, reply) => {
    document ??= make();
    return reply.type('application/json; charset=utf-8').send((await document).json);
  });

  const page = described({
    summary: 'This API as a page to read',
    tag: 'server',
    token: false,
    answers: { 200: { description: 'The page.', type: 'text/html' } },
  });
  app.get('/docs', page, async (_request, reply) => {
    document ??= make();
    return reply.type('text/html; charset=utf-8').send((await document).page);
  });
}
