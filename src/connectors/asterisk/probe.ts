/** Connects once, as the connector would, and says what stands in its way. Changes nothing on the PBX. */
import { delay, type Clock } from '../../kit/clock.ts';
import type { AmiAction } from './ami/action.ts';
import { AmiConnection, type AmiLoss } from './ami/connection.ts';
import type { AmiPacket } from './ami/packet.ts';
import { type AsteriskConfig, endpointOf, timesOf } from './config.ts';
import { askPicture, askRun, type Asked } from './resync.ts';

export interface Trouble {
  /** Nothing would be heard of its calls. */
  readonly isFatal: boolean;
  readonly problem: string;
  readonly remedy: string;
}

export interface Probed {
  readonly version: string | null;
  readonly troubles: readonly Trouble[];
}

const actionMs = 5_000;
/**
 * Asterisk says `FullyBooted` right after the log-in, to those who may read `system`. It says so to this one connection, and
 * without the time that `timestampevents` gives to what it tells everybody: only a channel's event shows whether it is set.
 */
const bootedWithinMs = 1_000;
const clockDiffersMs = 5_000;

const fatal = (problem: string, remedy: string): Trouble => ({ isFatal: true, problem, remedy });
const worth = (problem: string, remedy: string): Trouble => ({ isFatal: false, problem, remedy });

export async function probeAsterisk(config: AsteriskConfig, clock: Clock): Promise<Probed> {
  const ready = Promise.withResolvers<AmiLoss | null>();
  const heard: Heard = { booted: Promise.withResolvers<true>(), isTimed: null };
  let connection: AmiConnection;
  try {
    connection = new AmiConnection(clock, endpointOf(config), timesOf(config), {
      ready: () => ready.resolve(null),
      event: (packet) => listen(packet, heard),
      closed: (loss) => ready.resolve(loss),
    });
  } catch (error) {
    return { version: null, troubles: [fatal((error as Error).message, 'check the path under tls.ca')] };
  }
  try {
    const loss = await ready.promise;
    if (loss) return { version: null, troubles: [whyNot(loss, config)] };
    return await askAll(connection, clock, heard);
  } finally {
    connection.close({ kind: 'closed', problem: 'done' });
  }
}

interface Heard {
  readonly booted: PromiseWithResolvers<true>;
  /** Null while nothing was heard of a channel. */
  isTimed: boolean | null;
}

function listen(packet: AmiPacket, heard: Heard): void {
  if (packet.event === 'FullyBooted') heard.booted.resolve(true);
  // What is listed for us because we asked has no time either.
  else if (packet.get('ActionID') === null && packet.get('Uniqueid') !== null)
    heard.isTimed = packet.get('Timestamp') !== null;
}

async function askAll(connection: AmiConnection, clock: Clock, heard: Heard): Promise<Probed> {
  const ask = (action: AmiAction) => connection.send(action, actionMs);
  const run = await askRun(ask, () => clock.now());
  if (run.kind !== 'ok') return { version: null, troubles: [mayNot(run)] };
  const { version, ahead } = run.value;
  const picture = await askPicture(ask, () => {});
  const troubles = picture.kind === 'ok' ? [] : [mayNot(picture)];
  const isBooted = await Promise.race([heard.booted.promise, delay(clock, bootedWithinMs).then(() => false)]);
  return { version, troubles: [...troubles, ...manners(isBooted, heard.isTimed, ahead)] };
}

function manners(isBooted: boolean, isTimed: boolean | null, ahead: number): Trouble[] {
  const troubles: Trouble[] = [];
  if (!isBooted) {
    troubles.push(worth('it did not say that it has booted', 'give its manager user "system" under read'));
  }
  if (isTimed === false) {
    const remedy = 'set timestampevents = yes in manager.conf, [general], and reload the manager';
    troubles.push(worth('its events carry no time, so calls are timed by when they are heard of', remedy));
  }
  if (Math.abs(ahead) > clockDiffersMs) {
    const seconds = Math.round(Math.abs(ahead) / 1_000);
    troubles.push(
      worth(`its clock is ${seconds} s ${ahead > 0 ? 'ahead of' : 'behind'} ours`, 'let both machines keep time (NTP)'),
    );
  }
  return troubles;
}

function mayNot(asked: Exclude<Asked<unknown>, { readonly kind: 'ok' }>): Trouble {
  const remedy = 'give its manager user "reporting" under write, and reload the manager';
  return fatal(
    asked.problem,
    asked.kind === 'refused' ? remedy : 'look at the PBX: it is connected to, and does not answer',
  );
}

function whyNot({ kind, problem }: AmiLoss, { host, port, username, tls }: AsteriskConfig): Trouble {
  if (kind === 'refused') {
    return fatal(
      problem,
      `check the secret of [${username}] in manager.conf, and that "permit" there includes this machine`,
    );
  }
  const remedy = tls.enabled
    ? `check host and port, that tlsenable = yes in manager.conf, and tls.ca and tls.serverName here`
    : 'check host and port, enabled = yes and bindaddr in manager.conf, and firewalls in between';
  return fatal(`${host}:${port}: ${problem}`, remedy);
}
