/** Node's own words for an old version (`No such built-in module: node:sqlite`) name no remedy. */

/** The oldest there is `node:sqlite` and everything else in. */
const oldest = 24;

/** What to tell where the program can't run on this version of Node.js, as in `24.4.1`; null where it can. */
export function tooOld(version: string): string | null {
  if (Number.parseInt(version, 10) >= oldest) return null;
  return `offhook: Node.js ${oldest} or newer is needed, and this is ${version}; install it, or put it first in PATH (in a checkout: npm ci, then npm run offhook -- …)`;
}
