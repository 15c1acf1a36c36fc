/**
 * A server that npm runs from a checkout (`npm start`, `npm run offhook -- up`) ends with it. npm passes a SIGTERM on to the
 * shell between the two, and Debian's dies of it without a word to what it runs: the server would go on with nobody to end
 * it, keep the port and the data directory, and the next start would be refused.
 */
import type { Clock, Timer } from '../kit/clock.ts';

const scripts = new Set(['start', 'offhook']);
/** Looking takes microseconds. */
const lookEveryMs = 500;

export interface Started {
  readonly env: NodeJS.ProcessEnv;
  /** Of the parent when this process began: it may be gone before anybody looks. */
  readonly first: number;
  /** Of the parent as it is now: another one has taken over once it is gone. */
  readonly parent: () => number;
  readonly clock: Clock;
}

export interface Watch {
  /** Resolves once what started this process is gone; never, where that was not npm. */
  readonly gone: Promise<void>;
  end(): void;
}

export function watchNpm({ env, first, parent, clock }: Started): Watch {
  const { promise, resolve } = Promise.withResolvers<void>();
  // A script of another package may well leave its server running.
  const isOurs = env['npm_package_name'] === 'offhook' && scripts.has(env['npm_lifecycle_event'] ?? '');
  let timer: Timer | null = null;
  const look = (): void => {
    if (parent() !== first) return resolve();
    timer = clock.schedule(lookEveryMs, look);
  };
  if (isOurs) look();
  return { gone: promise, end: () => timer?.cancel() };
}
