import { cloudevents } from './cloudevents/index.ts';
import type { Dialect } from './dialect.ts';
import { template } from './template/index.ts';
import { ringme, voipnow } from './voipnow/index.ts';

/** Every dialect there is, in the order they are shown. */
export const dialects: readonly Dialect[] = [cloudevents, voipnow, ringme, template];

/** @returns null where there is no dialect of that name. */
export function findDialect(name: string): Dialect | null {
  return dialects.find((dialect) => dialect.name === name) ?? null;
}
