/** Our tokens for the events on another system: each made durable before an event with it is asked for. */
import type { RemotePlace } from '../../model/remote-registry.ts';
import type { KeptToken } from './plan.ts';

export interface PlacedToken extends KeptToken {
  readonly place: RemotePlace;
  /** Number of the extension here. */
  readonly extension: string;
}

export interface MadeToken {
  readonly kept: PlacedToken;
  /** In clear: nobody will know it later. */
  readonly token: string;
}

export interface TokenKeeper {
  /** Of this connector, as they are now. */
  all(): readonly PlacedToken[];
  /** Durable when it resolves. */
  make(place: RemotePlace, extension: string, event: string): Promise<MadeToken | { readonly problem: string }>;
  /** Remembers which event has it there. */
  store(source: string, remoteId: string): Promise<void>;
  forget(source: string): Promise<void>;
  hash(token: string): string;
  /** Whether it was made for this connector, also where it is not kept: since an older backup was restored. */
  wasMade(token: string): boolean;
}
