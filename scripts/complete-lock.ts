/**
 * Completes `package-lock.json`: `npm ci` refuses a lock file that does not name every optional package, and npm leaves
 * those out that it can't find when it writes one, as behind a mirror that has the packages of one platform only. They
 * are never fetched on another platform than their own; what is added has no integrity, and gets it the next time npm
 * writes the file where they can be found.
 *
 * `--check` writes nothing, and fails when something is missing.
 */
import { readFileSync, writeFileSync } from 'node:fs';

interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Lock {
  packages: Record<string, LockedPackage>;
}

const file = 'package-lock.json';
const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const processors = ['arm64', 'x64', 'ia32', 'ppc64', 'riscv64', 's390x', 'arm'];

/** What such packages say of themselves, read from names like `@tool/binding-linux-arm64-musl`. */
function platformOf(name: string): Pick<LockedPackage, 'os' | 'cpu' | 'libc'> | null {
  const words = name.slice(name.lastIndexOf('/') + 1).split('-');
  const os = systems.find((system) => words.includes(system));
  const cpu = processors.find((one) => words.includes(one));
  if (os === undefined || cpu === undefined) return null;
  const last = words.at(-1) ?? '';
  const libc = os === 'linux' ? (last.startsWith('musl') ? ['musl'] : last.startsWith('gnu') ? ['glibc'] : null) : null;
  return { os: [os], cpu: [cpu], ...(libc ? { libc } : {}) };
}

function missingFrom({ packages }: Lock): Map<string, LockedPackage> {
  const missing = new Map<string, LockedPackage>();
  for (const { dev, optionalDependencies = {} } of Object.values(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      const platform = platformOf(name);
      const path = `node_modules/${name}`;
      if (packages[path] || platform === null || !/^\d+\.\d+\.\d+[^ ]*$/.test(version)) continue;
      missing.set(path, { version, ...platform, ...(dev ? { dev } : {}), optional: true });
    }
  }
  return missing;
}

const lock = JSON.parse(readFileSync(file, 'utf8')) as Lock;
const missing = missingFrom(lock);
if (process.argv.includes('--check')) {
  for (const path of missing.keys()) console.error(`${file} does not name ${path}: run \`npm run complete-lock\``);
  process.exit(missing.size === 0 ? 0 : 1);
}
const sorted = [...Object.entries(lock.packages), ...missing].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
lock.packages = Object.fromEntries(sorted);
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${file}: ${missing.size} packages of other platforms added`);
