import type { LiveCall } from '../../src/calls/live/live-call.ts';
import { eventCatalog } from '../../src/model/event-types/index.ts';

/** A call as the live view shows it, from the documented example of an answered leg. */
export function exampleCall(): LiveCall {
  const { example } = eventCatalog['leg.answered'];
  const { reseller, domain, connector, extensions, call, leg, seq, time, acceptedAt } = example;
  if (!call || !leg) throw new Error('the example of leg.answered has no call or leg');
  const seen = { seq, firstSeq: seq, seenAt: time, acceptedAt };
  return { reseller, domain, connector, extensions, call, legs: [leg], ...seen };
}
