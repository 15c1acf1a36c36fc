import { missingParts } from './asterisk.ts';

/**
 * Whether tests with a real Asterisk run here: false, or the reason why they are skipped. Where they must run (CI), a
 * missing part is a failure.
 * @throws Error under `OFFHOOK_REQUIRE_REAL=1` when a part is missing.
 */
export function skipWithoutAsterisk(): string | false {
  const missing = missingParts();
  if (missing === null) return false;
  if (process.env['OFFHOOK_REQUIRE_REAL'] === '1') throw new Error(missing);
  console.error(`\n*** SKIPPED: tests with a real Asterisk: ${missing}\n`);
  return missing;
}
