import { cloudevents } from './cloudevents/index.ts';
import type { Dialect } from './dialect.ts';
import type { Facade } from './facade.ts';
import { template } from './template/index.ts';
import { ringmeApi } from './voipnow/facade/ringme-api.ts';
import { unifiedApi } from './voipnow/facade/unified-api.ts';
import { ringme, voipnow } from './voipnow/index.ts';

/** Every dialect there is, in the order they are shown. */
export const dialects: readonly Dialect[] = [cloudevents, voipnow, ringme, template];

/** The management APIs of vendors that are served beside `/v1`. */
export const facades: readonly Facade[] = [unifiedApi, ringmeApi];

/** @returns null where there is no dialect of that name. */
export function findDialect(name: string): Dialect | null {
  return dialects.find((dialect) => dialect.name === name) ?? null;
}
