import type { EventType } from '../../model/event-types/index.ts';
import type { DialectDefaults } from '../dialect.ts';
import { madeOf, vendorEvents } from './catalog.ts';

/** Types that the vendors' events are made of, or the one that alone is sent. */
export function wordsFor({ event }: Readonly<Record<string, unknown>>): readonly EventType[] {
  const only = vendorEvents.find((name) => name === event);
  return only === undefined ? defaults.events : madeOf[only];
}

/** Neither vendor documents a retry policy: Offhook's own holds. */
export const defaults: DialectDefaults = {
  events: [...new Set(vendorEvents.flatMap((event) => madeOf[event]))],
  method: 'POST',
  retry: null,
};
