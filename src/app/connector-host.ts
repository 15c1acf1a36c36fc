import { appendTraced, type Tracing } from '../api/tracing.ts';
import type { ConnectorHost, KnownOfPeople, OpenCall } from '../connectors/connector.ts';
import type { Clock } from '../kit/clock.ts';
import type { Logger } from '../kit/logger.ts';
import type { Random } from '../kit/random.ts';
import type { EventLog } from '../log/event-log.ts';

interface HostDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly log: Pick<EventLog, 'append'>;
  readonly tracing?: Tracing | undefined;
  readonly onAccepted: (fresh: number, repeated: number) => void;
  readonly onRefused: (error: unknown) => void;
  readonly openCalls: (connector: string) => readonly OpenCall[];
  readonly knownPeople: (connector: string) => readonly KnownOfPeople[];
}

/**
 * What one connector stands on. A repeated event is what ids are for; the same id with another body means that the
 * PBX told two different things by one name: the first stands, and the log of the server says so.
 */
export function createConnectorHost(id: string, deps: HostDeps): ConnectorHost {
  const { clock, random, logger, log, tracing } = deps;
  return {
    clock,
    random,
    logger,
    accept: async (events) => {
      const outcomes = await appendTraced(log, events, tracing?.arrived(events, undefined, clock.now())).catch(
        (error: unknown) => {
          deps.onRefused(error);
          throw error;
        },
      );
      let fresh = 0;
      for (const outcome of outcomes) {
        if (outcome.kind === 'accepted' && !outcome.duplicate) fresh++;
        if (outcome.kind === 'conflict') {
          logger.warn(
            { connector: id, event: outcome.id, seq: outcome.seq },
            'an event id came again with another body; the first stands',
          );
        }
      }
      deps.onAccepted(fresh, outcomes.length - fresh);
    },
    openCalls: async () => deps.openCalls(id),
    knownPeople: async () => deps.knownPeople(id),
  };
}
