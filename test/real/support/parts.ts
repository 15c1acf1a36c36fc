import { missingParts, onPath } from './asterisk.ts';
import type { AsteriskVersion } from './pbx/plan.ts';

/**
 * Whether tests with a real Asterisk run here: false, or the reason why they are skipped. Where they must run (CI), a
 * missing part is a failure.
 * @throws Error under `OFFHOOK_REQUIRE_REAL=1` when a part is missing.
 */
export function skipWithoutAsterisk(version: AsteriskVersion = 22): string | false {
  return skipFor(missingParts(version), `a real Asterisk ${version}`);
}

/** The same for tests that need a program of the machine, by its name. */
export function skipWithoutProgram(name: string): string | false {
  return skipFor(onPath(name) ? null : `no ${name}: run scripts/real-parts/install.sh`, name);
}

function skipFor(missing: string | null, what: string): string | false {
  if (missing === null) return false;
  if (process.env['OFFHOOK_REQUIRE_REAL'] === '1') throw new Error(missing);
  console.error(`\n*** SKIPPED: tests with ${what}: ${missing}\n`);
  return missing;
}
