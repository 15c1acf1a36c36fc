import type { AttemptObserver } from '../delivery/attempt-observer.ts';
import { createDelivery } from '../delivery/create-delivery.ts';
import type { GivenUpTeller } from '../delivery/given-up/given-up-teller.ts';
import type { Delivery } from '../delivery/management.ts';
import type { Inbox } from '../delivery/inbox/inbox.ts';
import type { AddressGuard } from '../delivery/sender/address-guard.ts';
import { createUndiciSender } from '../delivery/sender/undici-sender.ts';
import { findDialect } from '../dialects/registry.ts';
import type { Tenants } from '../tenants/tenants.ts';
import type { Base } from './base.ts';
import type { Parts } from './parts.ts';
import type { Tracer } from './tracing/tracer.ts';
import type { Store } from './store.ts';

interface DeliveryParts extends Store {
  readonly guard: AddressGuard;
  readonly inbox: Inbox;
  readonly tenants: Tenants;
  readonly observer: AttemptObserver;
  readonly teller: GivenUpTeller;
  readonly tracing: Pick<Tracer, 'traceparentOf'> | undefined;
}

/** Made, but not started: what it would send at once must not wait for the rest of the server to be made. */
export async function makeDelivery(
  parts: Parts,
  { clock, random, logger, config }: Base,
  { log, records, guard, inbox, tenants, observer, teller, tracing }: DeliveryParts,
): Promise<Delivery> {
  const sender = await parts.add(
    'sender',
    () => createUndiciSender({ clock, guard, inbox }),
    (started) => started.close(),
  );
  return createDelivery({
    clock,
    random,
    logger,
    log,
    sender,
    observer,
    said: () => teller.claim(),
    traceparent: config.telemetry.toReceivers ? tracing?.traceparentOf.bind(tracing) : undefined,
    store: records.delivery,
    subscriptions: records.subscriptions,
    replays: records.replays,
    usersOf: (domain, extension) => tenants.usersOf(domain, extension),
    eventLimit: (domain, extension) => tenants.eventLimit(domain, extension),
    dialect: (name) => findDialect(name) ?? undefined,
    directory: tenants.directory,
    retentionMs: config.retention.events,
  });
}
