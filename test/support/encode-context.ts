import { type EncodeContext, noDirectory } from '../../src/dialects/dialect.ts';

/** Of a subscription to everything, where nothing is recorded of extensions. */
export const noContext = {
  subscriptionId: 's',
  extension: '*',
  directory: noDirectory,
} as const satisfies Partial<EncodeContext>;

export const encodeContextOf = (changes: Partial<EncodeContext>): EncodeContext => ({
  ...noContext,
  method: 'POST',
  url: 'https://crm.example/hook',
  options: {},
  ...changes,
});
