/** Time as a dependency. Nothing outside `kit/` reads the system's clock or starts a bare timer. */
export interface Clock {
  /** Wall-clock time, milliseconds since 1970. May jump when the system's clock is set. */
  now(): number;
  /** Milliseconds that only ever grow; for measuring how long something took. */
  monotonic(): number;
  /** Calls `run` once after `delayMs` of monotonic time. A pending timer does not keep the process alive. */
  schedule(delayMs: number, run: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

/** Node clamps a longer delay to 1 ms, so long waits are cut in pieces. */
const longestTimerMs = 2 ** 31 - 1;

function scheduleOnSystem(delayMs: number, run: () => void): Timer {
  let handle: NodeJS.Timeout;
  const arm = (leftMs: number): void => {
    const stepMs = Math.min(leftMs, longestTimerMs);
    handle = setTimeout(() => (leftMs > stepMs ? arm(leftMs - stepMs) : run()), stepMs);
    handle.unref();
  };
  arm(Math.max(0, delayMs));
  return { cancel: () => clearTimeout(handle) };
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule: scheduleOnSystem,
};

/** Keeps the process alive until `end` is called: for work that waits on timers alone. */
export function stayAlive(): { end(): void } {
  const handle = setInterval(() => {}, longestTimerMs);
  return { end: () => clearInterval(handle) };
}

/** Resolves after `delayMs`; rejects with the signal's reason when it is aborted first. */
export function delay(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const onAbort = (): void => {
      timer.cancel();
      reject(signal?.reason as Error);
    };
    const timer = clock.schedule(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
