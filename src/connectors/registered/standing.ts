import type { Clock } from '../../kit/clock.ts';
import type { Logger } from '../../kit/logger.ts';
import type { ConnectorStatus } from '../connector.ts';

/** What a registrar says of itself; a new problem is told in the log too. */
export class Standing {
  /** How often it came into step since the start. */
  ups = 0;
  readonly #connector: string;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #status: ConnectorStatus;

  constructor(connector: string, { clock, logger }: { readonly clock: Clock; readonly logger: Logger }) {
    this.#connector = connector;
    this.#clock = clock;
    this.#logger = logger;
    this.#status = { state: 'connecting', since: clock.now(), problem: null };
  }

  get status(): ConnectorStatus {
    return this.#status;
  }

  become(state: ConnectorStatus['state'], problem: string | null = null): void {
    const { state: was, since, problem: before } = this.#status;
    if (problem !== null && problem !== before) {
      this.#logger.warn({ connector: this.#connector, problem }, 'registrations are not in step');
    }
    if (state === 'up' && was !== 'up') this.ups++;
    this.#status = { state, since: was === state ? since : this.#clock.now(), problem };
  }
}
