/**
 * Listens to one Asterisk: manager interface -> listener (the events of its calls) -> outbox -> the host's log.
 *
 * States: **stopped** -> `start` -> **connecting** -> log-in and picture -> **up** -> loss -> **down** -> (the client tries
 * for ever) -> up …; `stop` from anywhere. `connector.up` is told when the picture is complete, `connector.down` once
 * per outage. While the log refuses, events are kept up to a limit; past it the PBX is hung up on (what happens there
 * is learnt again by the next picture) until everything kept was taken.
 *
 * Calls that were in progress when Offhook last stopped are restored before the first signal, and so is what was told last
 * of agents, phones and mailboxes; the first picture says what became of them.
 */
import type { PhoneCommands } from '../../calls/commands.ts';
import type { Connector, ConnectorFigures, ConnectorHost, ConnectorStatus } from '../connector.ts';
import { AmiClient } from './ami/client.ts';
import type { AmiLoss } from './ami/connection.ts';
import type { AmiPacket } from './ami/packet.ts';
import { type AsteriskConfig, endpointOf, rulesOf, timesOf } from './config.ts';
import { createCommands } from './commands/commands.ts';
import { downEvent, type DownReason, upEvent } from './connector-events.ts';
import { Listener } from './listener.ts';
import { Manners } from './manners.ts';
import { Outbox } from '../outbox.ts';
import type { PbxRun } from './resync.ts';
import { Understanding } from './understanding.ts';

/** How long `stop` waits for the log to take what is kept. */
const handOverWithinMs = 5_000;

/** @throws SyntaxError where `extensions` is no regular expression; Error where the TLS authority can't be read. */
export function createAsteriskConnector(config: AsteriskConfig, host: ConnectorHost): Connector {
  return new AsteriskConnector(config, host);
}

class AsteriskConnector implements Connector {
  readonly kind = 'asterisk';
  readonly commands: PhoneCommands | null;
  readonly #config: AsteriskConfig;
  readonly #host: ConnectorHost;
  readonly #client: AmiClient;
  readonly #listener: Listener;
  readonly #outbox: Outbox;
  readonly #understanding: Understanding;
  #status: ConnectorStatus;
  /** When the PBX was last heard from, by our clock; null before. */
  #heardAt: number | null = null;
  #downSince: number | null = null;
  #connects = 0;
  /** Until its events have shown how the PBX is set up. */
  #manners: Manners | null = null;

  constructor(config: AsteriskConfig, host: ConnectorHost) {
    const { clock, random, logger } = host;
    this.#config = config;
    this.#host = host;
    this.#status = { state: 'stopped', since: clock.now(), problem: null };
    this.#understanding = new Understanding({ clock, logger, connector: config.id }, config.secret);
    this.#client = new AmiClient(
      endpointOf(config),
      { clock, random, logger, times: timesOf(config) },
      {
        ready: () => {
          this.#manners = new Manners();
          this.#understanding.begin();
          this.#listener.begin();
        },
        event: (packet) => {
          this.#heardAt = clock.now();
          this.#mindManners(packet);
          this.#understanding.hear(packet);
          this.#listener.packet(packet);
        },
        flaw: (flaw) => this.#understanding.flaw(flaw),
        lost: (loss) => this.#lost(loss),
      },
    );
    this.#listener = new Listener({
      clock,
      rules: rulesOf(config),
      ask: (action, onResponse) => this.#client.send(action, onResponse === undefined ? {} : { onResponse }),
      // It may fill the outbox, and so end the listening in the middle of it.
      told: (events) => this.#outbox.push(events),
      live: (run, restarted) => this.#live(run, restarted),
      failed: (problem, refused) => this.#client.drop({ kind: refused ? 'refused' : 'network', problem }),
    });
    this.#outbox = new Outbox({
      clock,
      logger,
      accept: (events) => host.accept(events),
      maxBytes: config.maxBufferedBytes,
      full: () => this.#client.hold('the log takes no more events'),
      drained: () => this.#client.resume(),
    });
    this.commands = createCommands(config, {
      clock,
      random,
      devicesOf: (callId) => this.#listener.devicesOf(callId),
      isUp: () => this.#status.state === 'up',
      now: () => this.#listener.now(),
      tell: (signal) => this.#listener.tellOwn(signal),
      kept: () => this.#outbox.taken(),
      send: (action, onTaken) => this.#client.send(action, onTaken === undefined ? {} : { onResponse: onTaken }),
    });
  }

  get id(): string {
    return this.#config.id;
  }

  status(): ConnectorStatus {
    return this.#status;
  }

  figures(): ConnectorFigures {
    const notUnderstood = this.#understanding.list();
    return { connects: this.#connects, bufferedEvents: this.#outbox.events, notUnderstood };
  }

  /** Resolves when it tries to connect; whether it succeeded is in `status`. */
  async start(): Promise<void> {
    if (this.#status.state !== 'stopped') return;
    this.#become('connecting', null);
    this.#listener.restore(await this.#host.openCalls(), (await this.#host.knownPeople?.()) ?? []);
    if (this.#isStopped()) return;
    this.#client.start();
  }

  async stop(): Promise<void> {
    if (this.#status.state === 'stopped') return;
    const wasUp = this.#status.state === 'up';
    this.#become('stopped', null);
    this.#listener.end();
    this.#client.stop();
    if (wasUp) this.#tellDown('stopped', 'Offhook stops');
    await this.#outbox.close(handOverWithinMs);
  }

  #isStopped(): boolean {
    return this.#status.state === 'stopped';
  }

  #become(state: ConnectorStatus['state'], problem: string | null): void {
    this.#status = { state, since: this.#host.clock.now(), problem };
  }

  #mindManners(packet: AmiPacket): void {
    this.#manners?.hear(packet);
    if (this.#manners === null || this.#manners.unseen.length > 0) return;
    for (const { problem, remedy } of this.#manners.shortcomings()) {
      this.#host.logger.warn({ connector: this.id, remedy }, `a setting of the PBX: ${problem}`);
    }
    this.#manners = null;
  }

  #live(run: PbxRun, restarted: boolean): void {
    const at = this.#host.clock.now();
    this.#client.proved();
    this.#become('up', null);
    this.#connects++;
    this.#host.logger.info({ connector: this.id, version: run.version, restarted }, 'listening to the PBX');
    if (Math.abs(run.ahead) > 5_000) {
      this.#host.logger.warn({ connector: this.id, aheadMs: run.ahead }, 'the clock of the PBX differs from ours');
    }
    const downSince = this.#downSince;
    this.#downSince = null;
    this.#outbox.push([upEvent(this.#config, at, run, restarted, downSince)]);
  }

  #lost(loss: AmiLoss): void {
    const at = this.#host.clock.now();
    this.#listener.end();
    const first = this.#downSince === null;
    const since = first ? at : this.#status.since;
    this.#status = { state: 'down', since, problem: loss.problem };
    if (!first) return;
    this.#downSince = at;
    this.#tellDown(reasonOf(loss), loss.problem);
  }

  #tellDown(reason: DownReason, message: string): void {
    const at = this.#host.clock.now();
    this.#outbox.push([downEvent(this.#config, at, reason, message, this.#heardAt)]);
  }
}

function reasonOf(loss: AmiLoss): DownReason {
  switch (loss.kind) {
    case 'network':
      return 'connection_lost';
    case 'refused':
      return 'login_refused';
    case 'closed':
      return 'log_full';
    case 'protocol':
      return 'other';
  }
}
