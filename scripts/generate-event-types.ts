/** Writes docs/reference/event-types.md from the definitions; with `--check`, only says whether it is up to date. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { eventTypeReference } from '../src/model/event-types/reference.ts';

const folder = new URL('../docs/reference/', import.meta.url);
const file = new URL('event-types.md', folder);

function written(): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

const wanted = eventTypeReference();
if (process.argv.includes('--check')) {
  if (written() !== wanted) {
    console.error(`${fileURLToPath(file)} is out of date: run \`npm run generate:event-types\`.`);
    process.exitCode = 1;
  }
} else {
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, wanted);
}
