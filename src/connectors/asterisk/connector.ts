/**
 * Listens to one Asterisk: manager interface -> feed (one order) -> signals -> call tracker -> outbox -> the host's log.
 *
 * States: **stopped** -> `start` -> **connecting** -> log-in and picture -> **up** -> loss -> **down** -> (the client tries
 * for ever) -> up …; `stop` from anywhere. `connector.up` is told when the picture is complete, `connector.down` once
 * per outage. While the log refuses, events are kept up to a limit; past it the PBX is hung up on (what happens there
 * is learnt again by the next picture) until everything kept was taken.
 *
 * Calls that were in progress when Offhook last stopped are restored before the first signal; the first picture says
 * what became of them.
 */
import type { Signal } from '../../calls/signal.ts';
import { createTracker, type Tracker } from '../../calls/tracker/index.ts';
import type { Timer } from '../../kit/clock.ts';
import type { Connector, ConnectorFigures, ConnectorHost, ConnectorStatus } from '../connector.ts';
import { NotUnderstoodTally } from '../not-understood.ts';
import { AmiClient } from './ami/client.ts';
import type { AmiLoss } from './ami/connection.ts';
import type { AmiPacket } from './ami/packet.ts';
import { sampleOf, sampleOfLine } from './ami/sample.ts';
import { type AsteriskConfig, endpointOf, rulesOf, timesOf } from './config.ts';
import { downEvent, type DownReason, upEvent } from './connector-events.ts';
import { Feed } from './feed.ts';
import { Doubts } from './normaliser/doubts.ts';
import { Outbox } from './outbox.ts';
import type { PbxRun } from './resync.ts';

/** How long `stop` waits for the log to take what is kept. */
const handOverWithinMs = 5_000;

/** @throws SyntaxError where `extensions` is no regular expression; Error where the TLS authority can't be read. */
export function createAsteriskConnector(config: AsteriskConfig, host: ConnectorHost): Connector {
  return new AsteriskConnector(config, host);
}

class AsteriskConnector implements Connector {
  readonly kind = 'asterisk';
  readonly #config: AsteriskConfig;
  readonly #host: ConnectorHost;
  readonly #tracker: Tracker;
  readonly #client: AmiClient;
  readonly #feed: Feed;
  readonly #outbox: Outbox;
  readonly #notUnderstood: NotUnderstoodTally;
  #doubts = new Doubts();
  #status: ConnectorStatus;
  /** When the PBX was last heard from, by our clock; null before. */
  #heardAt: number | null = null;
  #downSince: number | null = null;
  #connects = 0;
  #deadline: Timer | null = null;
  /** Between log-in and loss. What is told may fill the outbox, and so end it at any place in here. */
  #listens = false;

  constructor(config: AsteriskConfig, host: ConnectorHost) {
    const { clock, random, logger } = host;
    this.#config = config;
    this.#host = host;
    this.#status = { state: 'stopped', since: clock.now(), problem: null };
    this.#tracker = createTracker(rulesOf(config));
    this.#notUnderstood = new NotUnderstoodTally({ clock, logger, connector: config.id });
    this.#client = new AmiClient(
      endpointOf(config),
      { clock, random, logger, times: timesOf(config) },
      {
        ready: () => {
          this.#listens = true;
          this.#doubts = new Doubts();
          this.#feed.begin();
        },
        event: (packet) => this.#event(packet),
        flaw: ({ kind, text }) => this.#notUnderstood.note(kind, () => this.#withoutSecret(sampleOfLine(text))),
        lost: (loss) => this.#lost(loss),
      },
    );
    this.#feed = new Feed({
      clock,
      ask: (action, onResponse) => this.#client.send(action, onResponse === undefined ? {} : { onResponse }),
      tell: (signals) => this.#tell(signals),
      hasMissing: () => this.#tracker.hasMissing(),
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
  }

  get id(): string {
    return this.#config.id;
  }

  status(): ConnectorStatus {
    return this.#status;
  }

  figures(): ConnectorFigures {
    const notUnderstood = this.#notUnderstood.list();
    return { connects: this.#connects, bufferedEvents: this.#outbox.events, notUnderstood };
  }

  /** Resolves when it tries to connect; whether it succeeded is in `status`. */
  async start(): Promise<void> {
    if (this.#status.state !== 'stopped') return;
    this.#become('connecting', null);
    this.#tracker.restore(await this.#host.openCalls());
    if (this.#isStopped()) return;
    this.#client.start();
  }

  async stop(): Promise<void> {
    if (this.#status.state === 'stopped') return;
    const wasUp = this.#status.state === 'up';
    this.#become('stopped', null);
    this.#listenNoMore();
    this.#client.stop();
    if (wasUp) this.#tellDown('stopped', 'Offhook stops');
    await this.#outbox.close(handOverWithinMs);
  }

  #event(packet: AmiPacket): void {
    const doubt = this.#doubts.about(packet);
    if (doubt !== null) this.#notUnderstood.note(doubt, () => this.#withoutSecret(sampleOf(packet)));
    this.#feed.packet(packet);
  }

  /** What answers may be no PBX and send back what it was sent. */
  #withoutSecret(sample: string): string {
    const { secret } = this.#config;
    return secret === '' ? sample : sample.replaceAll(secret, '***');
  }

  #listenNoMore(): void {
    this.#listens = false;
    this.#deadline?.cancel();
    this.#feed.end();
  }

  #isStopped(): boolean {
    return this.#status.state === 'stopped';
  }

  #become(state: ConnectorStatus['state'], problem: string | null): void {
    this.#status = { state, since: this.#host.clock.now(), problem };
  }

  #tell(signals: readonly Signal[]): void {
    this.#heardAt = this.#host.clock.now();
    for (const signal of signals) {
      // The rest is learnt anew by the next picture.
      if (!this.#listens) return;
      this.#outbox.push(this.#tracker.apply(signal));
    }
    if (signals.length > 0) this.#waitForDeadline();
  }

  /** Some things happen because time passes; only while the PBX is listened to, else it might be our ignorance. */
  #waitForDeadline(): void {
    this.#deadline?.cancel();
    if (!this.#listens) return;
    const next = this.#tracker.nextDeadline();
    const now = this.#tracker.now();
    if (next === null || now === null) return;
    this.#deadline = this.#host.clock.schedule(next - now, () => {
      this.#outbox.push(this.#tracker.tick(next));
      this.#waitForDeadline();
    });
  }

  #live(run: PbxRun, restarted: boolean): void {
    const at = this.#host.clock.now();
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
    this.#listenNoMore();
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
