import type { Connector } from '../../connectors/connector.ts';
import { createAuthorisingSender } from '../../delivery/credentials/authorising-sender.ts';
import type { Inbox } from '../../delivery/inbox/inbox.ts';
import type { AddressGuard } from '../../delivery/sender/address-guard.ts';
import type { Sender } from '../../delivery/sender/sender.ts';
import { createUndiciSender } from '../../delivery/sender/undici-sender.ts';
import { findDialect } from '../../dialects/registry.ts';
import type { RemoteVendor } from '../../model/remote-registry.ts';
import type { SettingsStore } from '../../records/settings-store.ts';
import type { Tenants } from '../../tenants/tenants.ts';
import type { Base } from '../base.ts';
import type { Parts } from '../parts.ts';
import type { Store } from '../store.ts';
import { baseOf, exchangeWith, maxAnswerBytes, type RegistrarConfig, remoteAuth } from './exchange.ts';
import { keepSources } from './keeper.ts';
import { createRemoteRecordings } from './recordings/remote-recordings.ts';

/** The vendor of a connector's kind: kinds that keep registrations are called as the dialects they speak. */
export function vendorOf(kind: RegistrarConfig['kind']): RemoteVendor {
  const vendor = findDialect(kind)?.remote;
  if (!vendor) throw new Error(`no registrations are known of ${kind}`);
  return vendor;
}

interface RegistrarDeps extends Pick<Store, 'records' | 'log'> {
  readonly guard: AddressGuard;
  readonly inbox: Inbox;
  readonly tenants: Tenants;
}

/** Most systems that connections are kept to. */
const maxOrigins = 50;

/** Makes registrars; all of them share a sender, which is there when the first is. */
export function registrarMaker(
  parts: Parts,
  base: Base,
  { guard, inbox, tenants, records, log }: RegistrarDeps,
): (config: RegistrarConfig) => Promise<Connector> {
  const { clock, random } = base;
  let sender: Promise<Sender> | null = null;
  const makeSender = (): Promise<Sender> => {
    const limits = { maxResponseBytes: maxAnswerBytes, maxOrigins };
    return parts.add(
      'sender of registrations',
      () => createAuthorisingSender({ clock, random, sender: createUndiciSender({ clock, guard, inbox, ...limits }) }),
      (started) => started.close(),
    );
  };
  return async (config) => {
    sender ??= makeSender();
    return makeRegistrar(config, base, {
      sender: await sender,
      tenants,
      settings: records.settings,
      restores: log.holes().length,
    });
  };
}

interface RegistrarParts {
  readonly sender: Sender;
  readonly tenants: Pick<Tenants, 'sources' | 'directory'>;
  readonly settings: SettingsStore;
  readonly restores: number;
}

async function makeRegistrar(
  config: RegistrarConfig,
  { clock, random, logger, config: { defaults } }: Base,
  { sender, tenants, settings, restores }: RegistrarParts,
): Promise<Connector> {
  const { createRegistrar } = await import('../../connectors/registered/registrar.ts');
  const { id, kind, answer, withdraw } = config;
  const domain = config.domain ?? defaults.domain;
  const vendor = vendorOf(kind);
  const system = baseOf(config);
  const auth = remoteAuth(config, vendor.tokenPath);
  const name = `registrations.${id}`;
  return createRegistrar({
    ...{ id, kind, clock, random, logger, vendor, system, answer, restores },
    exchange: exchangeWith({ sender, base: system, auth, domain }),
    keeper: keepSources(tenants.sources, { connector: id, dialect: kind, domain, system }),
    memory: { load: () => settings.get(name), save: (text) => settings.set(name, text) },
    extensions: () => (withdraw ? [] : tenants.directory.extensionsIn(domain)),
    onRecordsChanged: (listener) => tenants.directory.onChanged(listener),
    urlBase: `${config.publicUrl.replace(/\/+$/, '')}/in/${kind}/`,
    agents: config.kind === 'ringme' && !withdraw ? config.agents : [],
    recordings: createRemoteRecordings({
      ...{ clock, logger, id, sender, base: system, auth, domain },
      pathOf: vendor.recordingPath,
    }),
  });
}
