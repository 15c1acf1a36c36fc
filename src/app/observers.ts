import type { AttemptObserver } from '../delivery/attempt-observer.ts';

/** Tells several. One that fails is told of by `failed`, and neither the others nor delivery notice. */
export function observers(all: readonly AttemptObserver[], failed: (error: unknown) => void): AttemptObserver {
  const each = (tell: (one: AttemptObserver) => void): void => {
    for (const one of all) {
      try {
        tell(one);
      } catch (error) {
        failed(error);
      }
    }
  };
  return {
    attempted: (report) => each((one) => one.attempted(report)),
    recorded: (row, subscription) => each((one) => one.recorded(row, subscription)),
  };
}
