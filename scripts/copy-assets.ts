/** What the compiler leaves out of `dist`: files that are served as they are. */
import { cp } from 'node:fs/promises';

for (const folder of ['api/start-page/assets']) {
  await cp(new URL(`../src/${folder}`, import.meta.url), new URL(`../dist/${folder}`, import.meta.url), {
    recursive: true,
  });
}
