/**
 * Recordings of calls, fetched from the phone system that reported them, by the credentials it is asked with anyway.
 *
 *   asked ── the sound ──> handed on as it comes;   ── anything else ──> said what
 *   asked ── sent on to another place ──> asked there, at most `mostHops` times
 *
 * It is sent on to a storage, as a rule: our credentials go to no other origin than the phone system's own, nothing is
 * asked for over http where it was https, and each address is under the guard. What it answers is not shown, since it may
 * repeat what it was sent: only its sound is handed on, and that only as what is known to be sound.
 */
import type { RemoteRecording, RemoteRecordings } from '../../../calls/recording-files.ts';
import type { OutgoingRequest, Sender } from '../../../delivery/sender/sender.ts';
import { userAgent } from '../../../delivery/signing/notification-headers.ts';
import type { Clock } from '../../../kit/clock.ts';
import type { Logger } from '../../../kit/logger.ts';
import type { EndpointAuth } from '../../../subscriptions/subscription.ts';
import { download } from './download.ts';

export interface RemoteRecordingsDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Of the connector, for the log. */
  readonly id: string;
  readonly sender: Sender;
  /** Base URL, without a slash at its end. */
  readonly base: string;
  readonly auth: EndpointAuth;
  /** Whose allowed networks apply. */
  readonly domain: string;
  readonly pathOf: ((recordingId: string) => string | null) | undefined;
  /** Of one recording; a longer one is broken off. */
  readonly maxBytes?: number;
}

/** Twelve hours of telephone sound that is not packed are 700 MB. */
const usualMaxBytes = 1_000_000_000;

const mostHops = 3;
/** At a time: each is a connection there and one here. */
const mostAtOnce = 16;
const mostOfOneReader = 12;
const fullWaitMs = 5_000;
/** All of it, however slowly it is read. */
const longestMs = 1_800_000;

export function createRemoteRecordings(deps: RemoteRecordingsDeps): RemoteRecordings {
  const { pathOf } = deps;
  /** The reader of each. */
  const running = new Set<{ readonly reader: string }>();
  const isFull = (reader: string): boolean =>
    running.size >= mostAtOnce || [...running].filter((one) => one.reader === reader).length >= mostOfOneReader;
  return {
    fetch: async ({ recordingId, range, reader }) => {
      if (!pathOf) return { kind: 'not_offered' };
      const path = pathOf(recordingId);
      if (path === null) return { kind: 'gone' };
      if (isFull(reader)) {
        return { kind: 'unavailable', why: 'As many recordings as may be are fetched already.', waitMs: fullWaitMs };
      }
      const one = { reader };
      running.add(one);
      const fetched = await follow(new URL(deps.base + path), range, deps).catch((error: unknown) => {
        running.delete(one);
        throw error;
      });
      if (fetched.kind === 'sound') fetched.body.once('close', () => running.delete(one));
      else running.delete(one);
      return fetched;
    },
  };
}

async function follow(first: URL, range: string | null, deps: RemoteRecordingsDeps): Promise<RemoteRecording> {
  const { clock, sender, logger, id, maxBytes = usualMaxBytes } = deps;
  let url = first;
  // Whoever sends back to it says what is asked for there: not with our credentials.
  let isOwn = true;
  for (let hops = 0; hops <= mostHops; hops++) {
    const got = await download(requestFor(url, isOwn, range, deps), { clock, sender, maxBytes });
    if (got.kind !== 'sent_on') {
      if ('cause' in got && got.cause) logger.warn({ connector: id, reason: got.cause }, 'a recording was not fetched');
      return got;
    }
    const next = nextPlace(got.location, url);
    if (!next) return { kind: 'refused', why: 'It sends on to a place that can’t be asked.' };
    url = next;
    isOwn &&= next.origin === first.origin;
  }
  return { kind: 'refused', why: 'It sends on from one place to another without end.' };
}

/** Null: it is no place, or would be asked in the clear. */
function nextPlace(location: string, from: URL): URL | null {
  if (!URL.canParse(location, from.href)) return null;
  const next = new URL(location, from);
  const isWeb = next.protocol === 'https:' || (next.protocol === 'http:' && from.protocol === 'http:');
  return isWeb && next.username === '' && next.password === '' ? next : null;
}

function requestFor(
  url: URL,
  isOwn: boolean,
  range: string | null,
  { auth, domain }: RemoteRecordingsDeps,
): OutgoingRequest {
  const login = isOwn && auth.kind === 'bearer' ? ['authorization', `Bearer ${auth.token}`] : [];
  const part = range === null ? [] : ['range', range];
  return {
    url: url.href,
    method: 'GET',
    // Packed sound could not be told how long it is.
    headers: ['user-agent', userAgent, 'accept', 'audio/*', 'accept-encoding', 'identity', ...part, ...login],
    body: null,
    timeoutMs: longestMs,
    domain,
    ...(isOwn && { auth }),
  };
}
