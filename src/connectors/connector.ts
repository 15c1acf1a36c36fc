/**
 * Connector: the code that listens to one phone system. It reconnects for ever, reports its state, and hands over
 * events until they are durable. Not in it: the log, subscriptions, receivers.
 */
import type { PhoneCommands } from '../calls/commands.ts';
import type { OpenCall } from '../calls/open-call.ts';
import type { KnownOfPeople } from '../calls/people/index.ts';
import type { RemoteRecordings } from '../calls/recording-files.ts';
import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { Random } from '../kit/random.ts';
import type { Service } from '../kit/service.ts';
import type { NewEvent } from '../model/event.ts';
import type { Registration } from '../model/registration.ts';
import type { NotUnderstood } from './not-understood.ts';

export interface ConnectorStatus {
  readonly state: 'connecting' | 'up' | 'down' | 'stopped';
  /** Milliseconds; when it came into this state. */
  readonly since: number;
  /** Why it is down, in words a reader can act on; null when it is not. */
  readonly problem: string | null;
}

/** For metrics. */
export interface ConnectorFigures {
  /** How often it came to listen since the start. */
  readonly connects: number;
  /** Events that the log has not taken yet. */
  readonly bufferedEvents: number;
  /** What the phone system said that was not understood, one entry for each kind there was. */
  readonly notUnderstood: readonly NotUnderstood[];
}

export interface Connector extends Service {
  readonly id: string;
  /** `asterisk`, `simulator`, … */
  readonly kind: string;
  status(): ConnectorStatus;
  figures(): ConnectorFigures;
  /** What it may be asked to do; null: nothing, as it is configured. */
  readonly commands: PhoneCommands | null;
  /** Of one that keeps registrations on its phone system instead of listening to it. */
  readonly registration?: Registration;
  /** Of one whose phone system keeps the recordings of its calls. */
  readonly recordings?: RemoteRecordings;
}

export type { KnownOfPeople, OpenCall };

/** What a connector is given by the one who wires it. */
export interface ConnectorHost {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /**
   * Resolves when the events are durable, keeping their order. Rejects when the log refuses for now: the connector
   * keeps them (at most 64 MB), offers them again, and past that closes its PBX connection and says `connector.down`.
   */
  accept(events: readonly NewEvent[]): Promise<void>;
  /** Calls of this connector that were in progress when Offhook last stopped. Asked once, at start. */
  openCalls(): Promise<readonly OpenCall[]>;
  /**
   * What this connector told last of each agent, phone, mailbox and subscriber before Offhook stopped. Asked once, at start;
   * where it can't be asked, everything is new.
   */
  knownPeople?(): Promise<readonly KnownOfPeople[]>;
}
