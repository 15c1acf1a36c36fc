/** Folders of a benchmark, gone when it ends, however it ends. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const kept = new Set<string>();

process.once('exit', () => {
  for (const dir of kept) rmSync(dir, { recursive: true, force: true });
});

export function temporaryDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'offhook-bench-'));
  kept.add(dir);
  return dir;
}

export function removeDir(dir: string): void {
  rmSync(dir, { recursive: true, force: true });
  kept.delete(dir);
}
