import type { Dialect } from '../dialect.ts';
import { OptionsSchema } from './catalog.ts';
import { defaults } from './defaults.ts';
import { encode, maxBatch } from './encode.ts';

export const cloudevents: Dialect = {
  name: 'cloudevents',
  title: 'CloudEvents 1.0',
  summary:
    'The event as it is, in the envelope of the CNCF CloudEvents specification: structured, binary or in batches.',
  optionsSchema: OptionsSchema,
  defaults,
  maxBatch,
  encode,
};
