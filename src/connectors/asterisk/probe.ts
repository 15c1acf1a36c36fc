/** Connects once, as the connector would, and says what stands in its way. Changes nothing on the PBX. */
import { delay, type Clock } from '../../kit/clock.ts';
import type { AmiAction } from './ami/action.ts';
import { AmiConnection, type AmiLoss } from './ami/connection.ts';
import type { AmiPacket } from './ami/packet.ts';
import { type AsteriskConfig, endpointOf, timesOf } from './config.ts';
import { Manners } from './manners.ts';
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
  /** Settings that can be seen only where there is a call. */
  readonly unseen: readonly string[];
}

const actionMs = 5_000;
/**
 * Asterisk says `FullyBooted` right after the log-in, to those who may read `system`. It says so to this one connection, and
 * without the time that `timestampevents` gives to what it tells everybody: only an event of a channel shows whether it is set.
 */
const heardWithinMs = 1_000;
const clockDiffersMs = 5_000;

const fatal = (problem: string, remedy: string): Trouble => ({ isFatal: true, problem, remedy });
const worth = (problem: string, remedy: string): Trouble => ({ isFatal: false, problem, remedy });

export async function probeAsterisk(config: AsteriskConfig, clock: Clock): Promise<Probed> {
  const ready = Promise.withResolvers<AmiLoss | null>();
  const heard: Heard = { isBooted: false, manners: new Manners(), all: Promise.withResolvers<void>() };
  let connection: AmiConnection;
  try {
    connection = new AmiConnection(clock, endpointOf(config), timesOf(config), {
      ready: () => ready.resolve(null),
      event: (packet) => listen(packet, heard),
      closed: (loss) => ready.resolve(loss),
    });
  } catch (error) {
    return inVain(fatal((error as Error).message, 'check the path under tls.ca'));
  }
  try {
    const loss = await ready.promise;
    if (loss) return inVain(whyNot(loss, config));
    return await askAll(connection, clock, heard, config);
  } finally {
    connection.close({ kind: 'closed', problem: 'done' });
  }
}

const inVain = (trouble: Trouble): Probed => ({ version: null, troubles: [trouble], unseen: [] });

interface Heard {
  isBooted: boolean;
  readonly manners: Manners;
  /** All that can be heard was. */
  readonly all: PromiseWithResolvers<void>;
}

function listen(packet: AmiPacket, heard: Heard): void {
  if (packet.event === 'FullyBooted') heard.isBooted = true;
  else heard.manners.hear(packet);
  if (heard.isBooted && heard.manners.unseen.length === 0) heard.all.resolve();
}

async function askAll(connection: AmiConnection, clock: Clock, heard: Heard, config: AsteriskConfig): Promise<Probed> {
  const { manners } = heard;
  const ask = (action: AmiAction) => connection.send(action, actionMs);
  const run = await askRun(ask, () => clock.now());
  if (run.kind !== 'ok') return inVain(mayNot(run));
  const { version, ahead } = run.value;
  const picture = await askPicture(ask, () => {});
  const troubles = picture.kind === 'ok' ? [] : [mayNot(picture)];
  const allowed = await ask({ name: 'ListCommands' });
  if (allowed.kind === 'ok') troubles.push(...missingActions(allowed.response, config));
  const [listed] = picture.kind === 'ok' ? picture.value.resync.channels : [];
  if (listed) manners.see(listed);
  await Promise.race([heard.all.promise, delay(clock, heardWithinMs)]);
  return { version, troubles: [...troubles, ...lacks(heard.isBooted, manners, ahead)], unseen: manners.unseen };
}

function lacks(isBooted: boolean, manners: Manners, ahead: number): Trouble[] {
  const troubles: Trouble[] = [];
  if (!isBooted) {
    troubles.push(worth('it did not say that it has booted', 'give its manager user "system" under read'));
  }
  for (const { problem, remedy } of manners.shortcomings()) troubles.push(worth(problem, remedy));
  if (Math.abs(ahead) > clockDiffersMs) {
    const seconds = Math.round(Math.abs(ahead) / 1_000);
    troubles.push(
      worth(`its clock is ${seconds} s ${ahead > 0 ? 'ahead of' : 'behind'} ours`, 'let both machines keep time (NTP)'),
    );
  }
  return troubles;
}

/** What the user may do, and this PBX can, which Asterisk lists by name; beside it what the configuration wants of it. */
function missingActions(allowed: AmiPacket, config: AsteriskConfig): Trouble[] {
  const isMissing = (name: string): boolean => allowed.get(name) === null;
  return [...rightsToCommand(isMissing, config), ...missingLists(isMissing, config)];
}

type IsMissing = (action: string) => boolean;

const commandActions = ['Originate', 'Hangup', 'BlindTransfer'];

function rightsToCommand(isMissing: IsMissing, { commands, username }: AsteriskConfig): Trouble[] {
  if (!commands || commands.context === null) return [];
  const missing = commandActions.filter(isMissing);
  if (missing.length === 0) return [];
  const remedy = `give [${username}] in manager.conf "originate" and "call" under write, and reload the manager`;
  return [worth(`its manager user may not ${missing.join(', ')}, so commands will be refused`, remedy)];
}

/** Modules that every Asterisk has, and not every one loads. One without queues or mailboxes has nothing of them to list. */
const listModules = [
  { action: 'DeviceStateList', module: 'res_manager_devicestate', what: 'how its phones are' },
  {
    action: 'PresenceStateList',
    module: 'res_manager_presencestate',
    what: 'what its people have set for others to see',
  },
];

function missingLists(isMissing: IsMissing, { username }: AsteriskConfig): Trouble[] {
  return listModules
    .filter(({ action }) => isMissing(action))
    .map(({ action, module, what }) =>
      worth(
        `it does not list ${what} (${action}), so that is known only of those that change`,
        `load ${module}.so (modules.conf); where it is loaded, give [${username}] in manager.conf "reporting" under write`,
      ),
    );
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
