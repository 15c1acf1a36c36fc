/** One event as one request. What is not this extension's, or has no word here, is skipped with the reason. */
import type { Event } from '../../model/event.ts';
import type { Encoded, EncodeContext } from '../dialect.ts';
import { callFacts, type CallFacts, extensionIn } from './call-facts.ts';
import type { VendorEvent } from './catalog.ts';
import { asRequest } from './form.ts';
import { otherParameters } from './other-parameters.ts';
import { type Parameters, ringmeParameters, voipnowParameters } from './parameters.ts';

type Writer = (facts: CallFacts, options: EncodeContext['options']) => Parameters;

const encodeWith = (write: Writer) => {
  return (events: readonly Event[], { method, url, options, extension, directory }: EncodeContext): Encoded => {
    const [event, more] = events;
    if (event === undefined || more !== undefined) return { kind: 'failed', reason: 'a request is for one event' };
    if (event.type.startsWith('leg.')) {
      const found = callFacts(event, extension, directory);
      if ('reason' in found) return { kind: 'skipped', reason: found.reason };
      if (options['externalOnly'] === true && isInside(found.facts)) {
        return { kind: 'skipped', reason: 'it is between two extensions' };
      }
      const other = otherThan(options, found.facts.event);
      return other ?? asRequest(write(found.facts, options), method, url);
    }
    const found = otherParameters(event, extension, directory);
    if ('reason' in found) return { kind: 'skipped', reason: found.reason };
    return otherThan(options, found.event) ?? asRequest(found.parameters, method, url);
  };
};

/**
 * Integration guide, filtering: both numbers are extensions'; or the call was sent on, and both extensions are known by an id.
 * One of these alone is no call inside: an outside caller who came through a menu has the menu's id.
 */
function isInside({ caller, called, transferred, callerExtension, calledExtension }: CallFacts): boolean {
  if (extensionIn(caller) !== null && extensionIn(called) !== null) return true;
  return transferred && (callerExtension?.id ?? null) !== null && (calledExtension?.id ?? null) !== null;
}

/** `answer` is either of the two. */
function otherThan({ event: only }: { readonly event?: unknown }, event: VendorEvent): Encoded | null {
  if (only === undefined || only === event) return null;
  if (only === 'answer' && event.startsWith('answer-')) return null;
  return { kind: 'skipped', reason: `it is ${event}, wanted is ${JSON.stringify(only)}` };
}

export const encodeVoipnow = encodeWith(voipnowParameters);
export const encodeRingme = encodeWith(ringmeParameters);
