/**
 * Runs dependency-cruiser, and makes up for two weaknesses it has without the TypeScript compiler: without a parser it
 * looks at nothing and reports success, so a result with too few modules is refused; and it takes `import type`, which is
 * gone at run time, for a dependency, so a cycle that is closed by types alone is let pass.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

interface Violation {
  readonly rule: { readonly name: string };
  readonly from: string;
  readonly to: string;
  /** Of a cycle: the modules after `from`, which is the last of them. */
  readonly cycle?: readonly { readonly name: string }[];
}

interface Report {
  readonly summary: { readonly totalCruised: number; readonly violations: readonly Violation[] };
}

const fewestModules = 40;
const importOrExport = /^(?:import|export)\s+(type\s)?[^;]*?from\s+'(\.[^']+)';/gm;

/** Whether `from` names `to` in `import type` and `export type` statements only. */
function isTypeOnly(from: string, to: string): boolean {
  const statements = [...readFileSync(from, 'utf8').matchAll(importOrExport)];
  const naming = statements.filter(([, , name]) => path.join(path.dirname(from), name as string) === to);
  return naming.length > 0 && naming.every(([, type]) => type !== undefined);
}

function exists({ from, cycle = [] }: Violation): boolean {
  const modules = [from, ...cycle.map(({ name }) => name)];
  return !modules.slice(1).some((to, index) => isTypeOnly(modules[index] as string, to));
}

const run = spawnSync('npx', ['depcruise', 'src', '--config', '.dependency-cruiser.cjs', '--output-type', 'json'], {
  encoding: 'utf8',
  maxBuffer: 256 * 1024 * 1024,
});
const { summary } = JSON.parse(run.stdout) as Report;
const violations = summary.violations.filter(exists);
for (const { rule, from, to, cycle } of violations) {
  console.error(`${rule.name}: ${from} -> ${cycle ? cycle.map(({ name }) => name).join(' -> ') : to}`);
}
if (summary.totalCruised < fewestModules) {
  console.error(`layers: only ${summary.totalCruised} modules seen, expected at least ${fewestModules}`);
  process.exit(1);
}
console.log(`layers: ${summary.totalCruised} modules, ${violations.length} violations`);
process.exit(violations.length === 0 ? 0 : 1);
