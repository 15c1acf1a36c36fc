import type { DialectDefaults } from '../dialect.ts';
import { madeOf, vendorEvents } from './catalog.ts';

/** Neither vendor documents a retry policy: Offhook's own holds. */
export const defaults: DialectDefaults = {
  events: [...new Set(vendorEvents.flatMap((event) => madeOf[event]))],
  method: 'POST',
  retry: null,
};
