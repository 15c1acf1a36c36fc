/**
 * Writes the drawings and lists of docs/guides/how-offhook-sees-a-call/ from the recorded calls. `--check` writes nothing, and
 * fails where something is not what it would be, or a scenario is in no page.
 */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { makeGuide } from './call-guide/guide.ts';
import { allStories } from './call-guide/story.ts';

const path = 'docs/guides/how-offhook-sees-a-call/';
const folder = new URL(`../${path}`, import.meta.url);
const isCheck = process.argv.includes('--check');

const found = new Map<string, string>();
for (const name of await readdir(folder)) found.set(name, await readFile(new URL(name, folder), 'utf8'));
const pages = new Map([...found].filter(([name]) => name.endsWith('.md')));
const { files, problems } = makeGuide(allStories(), pages);

for (const problem of problems) console.error(`${path}${problem}`);
const changed = [...files].filter(([name, text]) => found.get(name) !== text);
const left = [...found.keys()].filter((name) => !files.has(name));
for (const [name, text] of changed) {
  if (isCheck) console.error(`${path}${name} is out of date; run: npm run generate:call-guide`);
  else await writeFile(new URL(name, folder), text);
}
for (const name of left) {
  if (isCheck) console.error(`${path}${name} belongs to no scenario; run: npm run generate:call-guide`);
  else await rm(new URL(name, folder));
}
if (!isCheck && changed.length + left.length > 0) console.log(`wrote ${changed.length} files, removed ${left.length}`);
if (problems.length > 0 || (isCheck && changed.length + left.length > 0)) process.exitCode = 1;
