import type { LiveCall } from '../../src/api/calls/live-calls.ts';
import { eventCatalog } from '../../src/model/event-types/index.ts';

/** A call as the live view shows it, from the documented example of an answered leg. */
export function exampleCall(): LiveCall {
  const { reseller, domain, connector, extensions, call, leg, seq } = eventCatalog['leg.answered'].example;
  if (!call || !leg) throw new Error('the example of leg.answered has no call or leg');
  return { reseller, domain, connector, extensions, call, legs: [leg], seq };
}
