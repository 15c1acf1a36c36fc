import { eventTypes } from '../../model/event-types/index.ts';
import type { DialectDefaults } from '../dialect.ts';
import type { CloudEventsOptions } from './catalog.ts';

/** CloudEvents names no retry policy, so Offhook's own holds. */
export const defaults: DialectDefaults = { events: eventTypes, method: 'POST', retry: null };

export const optionDefaults = {
  mode: 'structured',
  maxBatch: 100,
  typePrefix: 'offhook.',
  sourcePrefix: '',
  extras: false,
} satisfies CloudEventsOptions;
