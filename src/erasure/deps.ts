/** What an erasure needs of the rest of Offhook: narrow, so that it knows none of those parts. */
import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { EventLog } from '../log/event-log.ts';
import type { ErasedNumber } from '../model/erasure/erased-number.ts';
import type { Access } from '../model/scope.ts';
import type { ErasureOrder, ErasureStore, RecordOwners } from '../records/erasure-store.ts';
import type { NamedInConfiguration } from './management.ts';

export type ErasureScope = ErasureOrder['scope'];

export interface ErasureDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly log: Pick<EventLog, 'id' | 'head' | 'floor' | 'get' | 'erase'>;
  readonly store: ErasureStore;
  /** Resolves when nothing that is on its way to a receiver says what events said before, and what came of it is recorded. */
  readonly sentAnew: () => Promise<void>;
  /** Resolves when what Offhook had begun to say is in the log. */
  readonly said: () => Promise<void>;
  readonly journal: { between<T>(work: () => Promise<T>): Promise<T> };
  readonly live: { texts(access: Access): Iterable<string> };
  /** Resolves when the live view says of these events what the log does. */
  readonly shownAnew: (seqs: readonly number[]) => Promise<void>;
  /** Erases it from the built-in receiver. @returns from how many messages */
  readonly eraseInbox: (scope: ErasureScope, number: ErasedNumber) => number;
  readonly owners: (scope: ErasureScope) => RecordOwners;
  readonly configuration: (scope: ErasureScope, number: ErasedNumber) => NamedInConfiguration;
}

export const accessOf = (scope: ErasureScope): Access => ({ ...scope, user: '*', extension: '*' });
