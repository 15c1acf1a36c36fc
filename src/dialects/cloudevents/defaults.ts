import { eventTypes } from '../../model/event-types/index.ts';
import type { DialectDefaults } from '../dialect.ts';
import type { CloudEventsOptions } from './catalog.ts';

/**
 * CloudEvents names no retry policy, so Offhook's own holds. Who changed which setting is told only to who asks for it:
 * most receivers of calls are not the ones to know.
 */
export const defaults: DialectDefaults = {
  events: eventTypes.filter((type) => type !== 'audit.recorded'),
  method: 'POST',
  retry: null,
};

export const optionDefaults = {
  mode: 'structured',
  maxBatch: 100,
  typePrefix: 'offhook.',
  sourcePrefix: '',
  extras: false,
} satisfies CloudEventsOptions;
