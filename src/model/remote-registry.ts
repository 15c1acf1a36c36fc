/**
 * Where another phone system keeps whom it notifies of what: events with a URL each, on each of its extensions. The port
 * that keeps ours there in step; a vendor's paths and forms are behind it. Not in it: which events there should be, retries,
 * waits, log-in.
 */

/** What events hang on at the other system. */
export interface RemotePlace {
  /** An extension, or the queue agent who takes calls on it. */
  readonly kind: 'extension' | 'agent';
  /** Extension as the other system writes it: `0003*210`. */
  readonly name: string;
}

/** One event that is registered there, whoever did. */
export interface RemoteEvent {
  readonly id: string;
  /** The vendor's name of it, or what it said where it has none that is known. */
  readonly event: string;
  readonly url: string;
  /** It is sent as we ask for: enabled, by POST. */
  readonly isSent: boolean;
}

/** Why the other system did not do what it was asked to. */
export interface RemoteTrouble {
  /**
   * - `unavailable`: no answer, or none that settles it. Whether a change was made is unknown; later it may work.
   * - `credentials`: it won't have ours: nothing will work before somebody acts.
   * - `gone`: there is no such extension or event. `limit`: the extension has as many events as it may have.
   * - `refused`: anything else it will not do. `stopped`: we are stopping.
   */
  readonly kind: 'unavailable' | 'credentials' | 'gone' | 'limit' | 'refused' | 'stopped';
  /** In words, without secrets. */
  readonly message: string;
}

export type RemoteResult<T> = { readonly value: T } | { readonly trouble: RemoteTrouble };

/** Names of a vendor's events, by what they are wanted for. */
export interface EventNames {
  /** Of every phone. */
  readonly phone: readonly string[];
  /** Of a phone besides, where answers are wanted. */
  readonly answer: readonly string[];
  /** Of a queue or a menu. */
  readonly machine: readonly string[];
  /** Of a queue's agent; none: the vendor has no such events. */
  readonly agent: readonly string[];
}

export interface RemoteRegistry {
  list(place: RemotePlace): Promise<RemoteResult<readonly RemoteEvent[]>>;
  /** Gives the new event's id; null: it was made, and its id not told. */
  add(place: RemotePlace, event: string, url: string): Promise<RemoteResult<string | null>>;
  remove(place: RemotePlace, event: RemoteEvent): Promise<RemoteResult<null>>;
}

/** One request to the other system, in its own terms. */
export interface RemoteRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** After the base URL, escaped, with its query. */
  readonly path: string;
  readonly json?: object;
}

export type RemoteAnswer =
  | {
      readonly status: number;
      /** What the body says; null: it is empty; undefined: it is no JSON. */
      readonly body: unknown;
    }
  | { readonly trouble: RemoteTrouble };

/** Asks the other system. It is patient: what may be asked twice is, and limits of its rate are waited for. */
export type AskRemote = (request: RemoteRequest) => Promise<RemoteAnswer>;

/** A vendor's side of it. */
export interface RemoteVendor {
  readonly events: EventNames;
  /** Where a token is to be had, after the base URL. */
  readonly tokenPath: string;
  /** A new one for each run: it may remember what it looked up. */
  registry(ask: AskRemote): RemoteRegistry;
  /** The cheapest request that shows whether the system is there and takes our credentials. */
  readonly probe: RemoteRequest;
  /** Path of a recording's sound, after the base URL; null: there can be none of that id. Absent: the vendor documents none. */
  readonly recordingPath?: (recordingId: string) => string | null;
}
