import { sharedNow } from './serve.ts';

export const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Resolves at that time of the shared clock, or at once when it is past. */
export async function until(dueAt: number): Promise<void> {
  while (sharedNow() < dueAt) await wait(Math.max(0, Math.floor(dueAt - sharedNow())));
}
