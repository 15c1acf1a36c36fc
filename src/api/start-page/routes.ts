import { readFile } from 'node:fs/promises';
import type { App } from '../deps.ts';

/** The page's files, beside this one; read once, when first asked for. */
const files = {
  '/': { name: 'index.html', type: 'text/html; charset=utf-8' },
  '/assets/page.css': { name: 'page.css', type: 'text/css; charset=utf-8' },
  '/assets/page.js': { name: 'page.js', type: 'text/javascript; charset=utf-8' },
} as const;

export function startPageRoutes(app: App): void {
  for (const [path, { name, type }] of Object.entries(files)) {
    let content: Promise<Buffer> | null = null;
    app.get(path, async (_request, reply) => {
      content ??= readFile(new URL(`./assets/${name}`, import.meta.url));
      return reply
        .type(type)
        .header('cache-control', 'no-cache')
        .send(await content);
    });
  }
}
