import type { Dialect } from '../dialect.ts';
import { OptionsSchema } from './catalog.ts';
import { checkOptions } from './check.ts';
import { defaults } from './defaults.ts';
import { encode } from './encode.ts';

export const template: Dialect = {
  name: 'template',
  title: 'Template',
  summary: 'Method, URL, headers and body as you write them, in Liquid: for receivers that have a format of their own.',
  optionsSchema: OptionsSchema,
  defaults,
  metered: true,
  checkOptions,
  maxBatch: () => 1,
  encode,
};
