/** What Linux tells of a running process. */
import { readdirSync, readFileSync } from 'node:fs';

/** Processor time of the threads it has now, milliseconds; by the scheduler's own clock, not by its ticks. */
export function cpuMsOf(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  const nanos = (task: string): number => Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]);
  return readdirSync(tasks).reduce((sum, task) => sum + nanos(task) / 1e6, 0);
}

/** A size of `/proc/PID/status`, in MB of a million bytes: `VmRSS` is what is resident, `VmHWM` the most it ever was. */
export function memoryMbOf(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return (Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]) * 1_024) / 1e6;
}
