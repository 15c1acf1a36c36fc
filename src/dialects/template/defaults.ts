import { eventTypes } from '../../model/event-types/index.ts';
import type { DialectDefaults } from '../dialect.ts';
import type { TemplateOptions } from './catalog.ts';

/** Nobody's format, so nobody's retry policy: Offhook's own holds. */
export const defaults: DialectDefaults = { events: eventTypes, method: 'POST', retry: null };

export const optionDefaults = {
  body: '{{ event | json }}',
  contentType: 'application/json; charset=utf-8',
} satisfies TemplateOptions;
