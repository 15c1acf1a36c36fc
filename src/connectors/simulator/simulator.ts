/**
 * The simulator: a connector to a phone system that does not exist. It plays believable traffic of a small company, so
 * that everything behind a connector can be tried without a PBX.
 */
import type { PhoneCommands } from '../../calls/commands.ts';
import { idFromFacts } from '../../kit/ids.ts';
import type { NewEvent } from '../../model/event.ts';
import type { EventType } from '../../model/event-types/index.ts';
import type { Connector, ConnectorFigures, ConnectorHost, ConnectorStatus } from '../connector.ts';
import { colleagues } from './company.ts';
import type { Source } from './draft.ts';
import { endLeftOver } from './left-over.ts';
import { fastest, mostCallsPerMinute, usualRatePerMinute, within, type SimulatorOptions } from './options.ts';
import { SimulatedCommands } from './orders/commands.ts';
import { Outlet } from './outlet.ts';
import { Player } from './player.ts';
import { Programme } from './programme.ts';

const system = 'simulated';
const largestSeed = 2 ** 32;

export function createSimulator(options: SimulatorOptions, host: ConnectorHost): Connector {
  return new Simulator(options, host);
}

class Simulator implements Connector {
  readonly id: string;
  readonly kind = 'simulator';
  readonly commands: PhoneCommands;
  readonly #options: SimulatorOptions;
  readonly #host: ConnectorHost;
  readonly #source: Source;
  readonly #outlet: Outlet;
  #player: Player | null = null;
  #status: ConnectorStatus;
  #stopping: Promise<void> | null = null;

  constructor(options: SimulatorOptions, host: ConnectorHost) {
    this.id = options.id;
    this.#options = options;
    this.#host = host;
    const users = new Map<string, string>(colleagues.map(({ extension, user }) => [extension, user]));
    this.#source = {
      connector: options.id,
      reseller: options.reseller,
      domain: options.domain,
      userOf: (extension) => (extension === null ? null : (users.get(extension) ?? null)),
    };
    this.#status = { state: 'connecting', since: host.clock.now(), problem: null };
    this.#outlet = new Outlet({
      clock: host.clock,
      accept: (events) => host.accept(events),
      onTrouble: (problem) => this.#onTrouble(problem),
      onFull: () => this.#player?.pause(),
      onRoom: () => this.#player?.goOn(),
    });
    this.commands = new SimulatedCommands({
      extensions: options.extensions ?? '^[0-9]{2,6}$',
      country: options.country ?? 'US',
      speed: speedOf(options),
      player: () => (this.#status.state === 'up' ? this.#player : null),
      kept: () => this.#outlet.taken(),
    });
  }

  status(): ConnectorStatus {
    return this.#status;
  }

  figures(): ConnectorFigures {
    return { connects: this.#player ? 1 : 0, bufferedEvents: this.#outlet.waiting, notUnderstood: [] };
  }

  async start(): Promise<void> {
    if (this.#player || this.#stopping) return;
    const { clock } = this.#host;
    const open = await this.#host.openCalls();
    if (this.#stopping) return;
    for (const call of open) this.#outlet.put(endLeftOver(call, this.#source));
    const startMs = Math.floor(clock.now());
    this.#outlet.put([this.#notice('connector.up', startMs, { version: null, downMs: null, restarted: null })]);
    this.#player = new Player({
      clock,
      source: this.#source,
      startMs,
      programme: this.#programme(startMs),
      tell: (events) => this.#outlet.put(events),
    });
    this.#become('up', null);
    this.#player.start();
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    const nowMs = Math.floor(this.#host.clock.now());
    this.#player?.stop();
    if (this.#player) {
      const why = { reason: 'stopped', message: 'The simulator was stopped.', since: new Date(nowMs).toISOString() };
      this.#outlet.put([this.#notice('connector.down', nowMs, why)]);
    }
    await this.#outlet.close();
    this.#become('stopped', null);
  }

  #programme(startMs: number): Programme {
    const { id, ratePerMinute, seed } = this.#options;
    return new Programme({
      connector: id,
      startMs,
      seed: seed ?? Math.floor(this.#host.random.next() * largestSeed),
      ratePerMinute: within(ratePerMinute, 0, mostCallsPerMinute, usualRatePerMinute),
      speed: speedOf(this.#options),
    });
  }

  #onTrouble(problem: string | null): void {
    if (problem === null) return this.#become('up', null);
    this.#host.logger.warn({ connector: this.id, problem }, 'events are not taken for now; the simulator keeps them');
    this.#become('down', `Events are not taken for now: ${problem}`);
  }

  #become(state: ConnectorStatus['state'], problem: string | null): void {
    if (this.#status.state === 'stopped') return;
    this.#status = { state, since: this.#host.clock.now(), problem };
  }

  #notice(type: EventType, ms: number, data: Readonly<Record<string, unknown>>): NewEvent {
    const { connector, reseller, domain } = this.#source;
    return {
      id: idFromFacts(ms, connector, type),
      type,
      time: new Date(ms).toISOString(),
      reseller,
      domain,
      user: null,
      extension: null,
      connector,
      extensions: [],
      call: null,
      leg: null,
      data: { kind: this.kind, system, ...data },
    };
  }
}

const speedOf = ({ speed }: SimulatorOptions): number => within(speed, 1, fastest, 1);
