import { idFromFacts } from '../../kit/ids.ts';
import type { NewEvent } from '../../model/event.ts';
import type { AsteriskConfig } from './config.ts';
import type { PbxRun } from './resync.ts';

export type DownReason = 'connection_lost' | 'login_refused' | 'log_full' | 'stopped' | 'other';

const systemOf = ({ host, port }: AsteriskConfig): string => `${host}:${port}`;

function connectorEvent(
  config: AsteriskConfig,
  type: 'connector.up' | 'connector.down',
  at: number,
  data: NewEvent['data'],
): NewEvent {
  return {
    id: idFromFacts(at, config.id, type, at),
    type,
    time: new Date(at).toISOString(),
    reseller: config.reseller,
    domain: config.domain,
    user: null,
    extension: null,
    connector: config.id,
    extensions: [],
    call: null,
    leg: null,
    data: { kind: 'asterisk', system: systemOf(config), ...data },
  };
}

/** @param at Offhook's clock, milliseconds, as for the others. `downSince` null: it was not up before. */
export function upEvent(
  config: AsteriskConfig,
  at: number,
  run: PbxRun,
  restarted: boolean,
  downSince: number | null,
): NewEvent {
  const downMs = downSince === null ? null : Math.max(0, Math.round(at - downSince));
  return connectorEvent(config, 'connector.up', at, { version: run.version, downMs, restarted });
}

/** @param heardAt When the PBX was last heard from; null when it never was. */
export function downEvent(
  config: AsteriskConfig,
  at: number,
  reason: DownReason,
  message: string,
  heardAt: number | null,
): NewEvent {
  const since = heardAt === null ? null : new Date(heardAt).toISOString();
  return connectorEvent(config, 'connector.down', at, { reason, message, since });
}
