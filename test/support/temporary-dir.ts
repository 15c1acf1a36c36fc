import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory of its own under the system's; the caller removes it. */
export async function temporaryDir(name: string): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), `offhook-${name}-`));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}
