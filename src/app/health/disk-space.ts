import { statfs } from 'node:fs/promises';

export interface DiskSpace {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

/** Of the file system this directory is on, as far as an unprivileged user may fill it. */
export async function diskSpace(dir: string): Promise<DiskSpace> {
  const { bavail, blocks, bsize } = await statfs(dir);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}

const share = 0.05;
const mostWorrying = 5_000_000_000;

/** Free space below which somebody should act: 5 % of the disk, at most 5 GB. */
export const worryingBytes = ({ totalBytes }: DiskSpace): number => Math.min(totalBytes * share, mostWorrying);

export const megabytes = (bytes: number): string => `${Math.floor(bytes / 1e6)} MB`;

/** Null when there is room. */
export function spaceProblem(space: DiskSpace): string | null {
  if (space.freeBytes >= worryingBytes(space)) return null;
  return `the disk has ${megabytes(space.freeBytes)} left of ${megabytes(space.totalBytes)}`;
}
