import type { EventCounts } from '../api/metrics/event-counts.ts';
import { callerWith, type TokenCheck } from '../api/auth/caller.ts';
import type { SubscriptionManager } from '../delivery/management.ts';
import { type Announcer, createAnnouncer } from '../log/announcer.ts';
import type { EventLog } from '../log/event-log.ts';
import { openTenants, type Tenants } from '../tenants/tenants.ts';
import type { Base } from './base.ts';
import type { Parts } from './parts.ts';
import { scopedSubscriptions } from './scoped-subscriptions.ts';
import type { Store } from './store.ts';

/** Who there is and what they may do; running, since uses of tokens are noted from the first request on. */
export async function makeTenants(
  parts: Parts,
  { clock, logger }: Base,
  { records, grantKey, sourceKeys }: Store,
  subscriptions: () => SubscriptionManager,
): Promise<Tenants> {
  const { tokens, directory, sources } = records;
  const tenants = await openTenants({
    clock,
    logger,
    tokens,
    directory,
    sources,
    subscriptions: scopedSubscriptions(subscriptions),
    grantKey,
    sourceKeys,
  });
  await parts.add(
    'tenants',
    () => tenants.start(),
    () => tenants.stop(),
  );
  return tenants;
}

/** What Offhook itself has to say goes into the log from here on, what was left by the last process first. */
export async function startAnnouncer(
  parts: Parts,
  { clock, logger }: Base,
  { log, records }: Store,
  events: EventCounts,
): Promise<Announcer> {
  const announcer = createAnnouncer({ clock, logger, log: counted(log, events), outbox: records.outbox });
  await parts.add(
    'announcer',
    () => announcer.start(),
    () => announcer.stop(),
  );
  return announcer;
}

function counted(log: Pick<EventLog, 'append'>, events: EventCounts): Pick<EventLog, 'append'> {
  return {
    append: async (said) => {
      const outcomes = await log.append(said);
      const known = outcomes.filter((outcome) => outcome.kind === 'accepted' && outcome.duplicate).length;
      events.accepted('offhook', outcomes.length - known, known);
      return outcomes;
    },
  };
}

/** The administrator's token, and those that were made here. */
export function checkTokens(administrator: TokenCheck, tenants: Tenants): TokenCheck {
  return (text) => {
    const known = administrator(text);
    if (known) return known;
    const found = tenants.check(text);
    return found === null || found === 'expired' ? found : callerWith(found, () => tenants.accessNow(found));
  };
}
