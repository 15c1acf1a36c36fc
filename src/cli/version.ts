import { readFileSync } from 'node:fs';

/** From `package.json`, which stands two folders up both in a checkout and when installed. */
export function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
