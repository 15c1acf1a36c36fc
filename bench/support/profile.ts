/** Says from CPU profiles where a process spent its time: functions by their own time, thread by thread. */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
}

interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[];
  readonly samples: readonly number[];
  /** Microseconds. */
  readonly timeDeltas: readonly number[];
}

const shown = 25;

function nameOf({ functionName, url, lineNumber }: CallFrame): string {
  const file = url.replace(/^file:\/\//, '').replace(/^.*\/(src|bench|node_modules)\//, '$1/');
  return file === '' ? functionName : `${functionName || '(anonymous)'} ${file}:${lineNumber + 1}`;
}

function ownTimes({ nodes, samples, timeDeltas }: CpuProfile): Map<string, number> {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const times = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const name = names.get(id) ?? '';
    times.set(name, (times.get(name) ?? 0) + (timeDeltas[index] ?? 0));
  }
  return times;
}

function summary(file: string, profile: CpuProfile): string {
  const times = ownTimes(profile);
  const idle = times.get('(idle)') ?? 0;
  for (const name of times.keys()) if (name === '(idle)' || name.includes('node:inspector')) times.delete(name);
  const busy = [...times.values()].reduce((sum, time) => sum + time, 0);
  const top = [...times].sort(([, one], [, other]) => other - one).slice(0, shown);
  const share = (time: number): string => `${((time * 100) / busy).toFixed(1)} %`.padStart(8);
  const lines = top.map(([name, time]) => `${share(time)}  ${name}`);
  return [`${file}: busy ${(busy / 1e6).toFixed(1)} s, idle ${(idle / 1e6).toFixed(1)} s`, ...lines].join('\n');
}

/** Of all profiles in the folder, by name. */
export async function summariseProfiles(dir: string): Promise<string> {
  await mkdir(dir, { recursive: true });
  const files = (await readdir(dir)).filter((name) => name.endsWith('.cpuprofile')).sort();
  const texts = files.map(async (name) =>
    summary(name, JSON.parse(await readFile(join(dir, name), 'utf8')) as CpuProfile),
  );
  return (await Promise.all(texts)).join('\n\n');
}
