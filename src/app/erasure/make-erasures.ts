import type { Journalist } from '../../calls/journal/index.ts';
import type { LiveCalls } from '../../calls/live/index.ts';
import type { Delivery } from '../../delivery/management.ts';
import type { GivenUpTeller } from '../../delivery/given-up/given-up-teller.ts';
import type { Inbox } from '../../delivery/inbox/inbox.ts';
import { createErasures } from '../../erasure/erasure-manager.ts';
import { accessOf } from '../../erasure/deps.ts';
import { eraseText } from '../../model/erasure/erase-text.ts';
import { hasRun } from '../../model/erasure/erase-runs.ts';
import { seesEverything } from '../../model/scope.ts';
import type { Announcer } from '../../log/announcer.ts';
import { resellerOf } from '../../tenants/naming.ts';
import type { Tenants } from '../../tenants/tenants.ts';
import type { Base } from '../base.ts';
import type { Store } from '../store.ts';
import { configurationNaming, inboxesIn, ownersIn } from './owners.ts';

type Erasures = ReturnType<typeof createErasures>;

interface ErasureParts extends Pick<Store, 'log' | 'records'> {
  readonly delivery: Delivery;
  readonly tenants: Tenants;
  readonly teller: Pick<GivenUpTeller, 'told'>;
  readonly announcer: Pick<Announcer, 'said'>;
  readonly journal: Pick<Journalist, 'between'>;
  readonly live: Pick<LiveCalls, 'holding' | 'replace' | 'texts'>;
  readonly inbox: Inbox;
}

type LiveView = ErasureParts['live'];

/** Several views of what goes on, as one. */
export function together(...views: readonly LiveView[]): LiveView {
  return {
    holding: (seqs) => [...new Set(views.flatMap((view) => view.holding(seqs)))],
    replace: (events) => {
      for (const view of views) view.replace(events);
    },
    *texts(access) {
      for (const view of views) yield* view.texts(access);
    },
  };
}

/** Erasures by everybody who remembers something of events. Made, but not begun: delivery has to run first. */
export function makeErasures({ clock, logger }: Pick<Base, 'clock' | 'logger'>, parts: ErasureParts): Erasures {
  const { log, records, delivery, tenants, teller, announcer, journal, live, inbox } = parts;
  return createErasures({
    clock,
    logger,
    log,
    journal,
    live,
    store: records.erasures,
    sentAnew: async () => {
      await delivery.readAgain();
      await teller.told();
    },
    said: () => announcer.said(),
    shownAnew: async (seqs) => {
      const held = live.holding(seqs);
      if (held.length > 0) live.replace((await log.get(held)).filter((event) => event !== null));
    },
    eraseInbox: (scope, number) =>
      inbox.rewrite(inboxesIn(delivery, accessOf(scope)), (text) =>
        hasRun(text, number) ? eraseText(text, number) : text,
      ),
    owners: (scope) => ownersIn(delivery, tenants, accessOf(scope)),
    configuration: (scope, number) => configurationNaming(delivery, tenants, accessOf(scope), number),
    scopeOf: (access, domain) => {
      if (seesEverything(access)) return { reseller: '*', domain };
      const reseller = resellerOf(tenants.names, access, { domain });
      return reseller === null ? null : { reseller, domain };
    },
  });
}
