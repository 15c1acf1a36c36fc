import type { PlacedToken, TokenKeeper } from '../../connectors/registered/keeper.ts';
import { offhookItself } from '../../model/audit.ts';
import type { RemoteMark, ReportSource } from '../../model/report-source.ts';
import { everything } from '../../model/scope.ts';
import type { Asking } from '../../tenants/context.ts';
import type { Sources } from '../../tenants/sources.ts';
import { hashToken } from '../../tenants/token-text.ts';

export interface KeeperOptions {
  readonly connector: string;
  readonly dialect: string;
  readonly domain: string;
  /** Base URL of the other system. */
  readonly system: string;
}

/** Tokens for another phone system are sources: who sends with one is believed to speak of its extension. */
export function keepSources(sources: Sources, options: KeeperOptions): TokenKeeper {
  const { connector, dialect, domain, system } = options;
  const author = { ...offhookItself, name: `connector ${connector}` };
  const asking: Asking = { access: everything, author, expiresAt: null };
  return {
    hash: hashToken,
    wasMade: (token) => sources.wasMadeFor(connector, token),
    all: () => [...sources.ofConnector(connector)].flatMap((source) => placed(source, system) ?? []),
    make: async ({ kind, name }, extension, event) => {
      const made = await sources.create(asking, {
        ...{ domain, dialect, extension, event, connector, allowFrom: [] },
        name: `${event} of ${name}`,
        remote: { system, kind, name, id: null },
      });
      if ('problem' in made) return { problem: `${made.problem.message}. ${made.problem.remedy}` };
      const kept = placed(made.source, system) as PlacedToken;
      return { kept, token: made.token };
    },
    store: async (id, remoteId) => {
      const remote = sources.get(everything, id)?.remote;
      const mark: RemoteMark | undefined = remote && { ...remote, system, id: remoteId };
      await sources.update(asking, id, { remote: mark });
    },
    forget: async (id) => {
      await sources.remove(asking, id);
    },
  };
}

function placed(source: ReportSource, system: string): PlacedToken | null {
  const { id, hash, event, extension, createdAt, remote } = source;
  if (!remote || event === null || extension === null) return null;
  const { kind, name } = remote;
  // What has that id at another system may be anybody's.
  const remoteId = remote.system === system ? remote.id : null;
  return { source: id, event, hash, remoteId, createdAt, place: { kind, name }, extension };
}
