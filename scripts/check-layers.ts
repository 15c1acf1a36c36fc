/**
 * Runs dependency-cruiser and refuses a result with too few modules: without its TypeScript parser the tool looks at
 * nothing and reports success.
 */
import { spawnSync } from 'node:child_process';

const fewestModules = 40;
const run = spawnSync('npx', ['depcruise', 'src', '--config', '.dependency-cruiser.cjs', '--output-type', 'json'], {
  encoding: 'utf8',
  maxBuffer: 256 * 1024 * 1024,
});
const report = JSON.parse(run.stdout) as {
  summary: { totalCruised: number; violations: { rule: { name: string }; from: string; to: string }[] };
};
for (const violation of report.summary.violations) {
  console.error(`${violation.rule.name}: ${violation.from} -> ${violation.to}`);
}
if (report.summary.totalCruised < fewestModules) {
  console.error(`layers: only ${report.summary.totalCruised} modules seen, expected at least ${fewestModules}`);
  process.exit(1);
}
console.log(`layers: ${report.summary.totalCruised} modules, ${report.summary.violations.length} violations`);
process.exit(report.summary.violations.length === 0 ? 0 : 1);
