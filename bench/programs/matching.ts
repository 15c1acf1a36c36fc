/**
 * Delivery with many subscriptions, five of which want every event; receivers answer in the process. Those that don't
 * match are of four kinds: another domain, another extension, another user, other event types.
 */
import type { Delivery, SubscriptionDraft } from '../../src/delivery/management.ts';
import { everything } from '../../src/model/scope.ts';
import { draftOf } from '../../test/support/builders.ts';
import { BenchStore, instantSender } from '../support/delivery.ts';
import { callEvents } from '../support/events.ts';
import { serve, spentOn } from '../support/serve.ts';

const target = { maxInFlight: 64 };
const scope = { reseller: '*', domain: 'acme', user: '*', extension: '*' };
const matching = [
  scope,
  scope,
  { ...scope, extension: '101' },
  { ...scope, extension: '101' },
  { ...scope, domain: '*' },
];
const createdAtOnce = 500;

let store: BenchStore;

function matchingDraft(index: number): SubscriptionDraft {
  const selection = { scope: matching[index] ?? scope };
  return draftOf(`http://match-${index}.example/hook`, { dialect: 'cloudevents', target, selection });
}

/** Never wants an event of extension 101 and its kinds; each stands on a host of its own, a thousand hosts in all. */
function otherDraft(index: number): SubscriptionDraft {
  const others = [
    { scope: { ...scope, domain: `domain-${index}` } },
    { scope: { ...scope, extension: String(1_000 + index) } },
    { scope: { ...scope, user: `user-${index}` } },
    { scope, events: ['voicemail.left', 'presence.changed'] as const },
  ];
  const selection = others[index % others.length] ?? {};
  return draftOf(`http://other-${index % 1_000}.example/hook`, { dialect: 'cloudevents', selection });
}

async function create(delivery: Delivery, drafts: readonly SubscriptionDraft[]): Promise<void> {
  const made = drafts.map((draft) => delivery.subscriptions.create(everything, draft));
  for (const result of await Promise.all(made)) if ('problem' in result) throw new Error(result.problem.message);
}

async function subscribe(count: number): Promise<void> {
  const delivery = store.delivery(instantSender);
  await delivery.start();
  await create(
    delivery,
    matching.map((_, index) => matchingDraft(index)),
  );
  for (let from = matching.length; from < count; from += createdAtOnce) {
    const length = Math.min(createdAtOnce, count - from);
    await create(
      delivery,
      Array.from({ length }, (_, index) => otherDraft(from + index)),
    );
  }
  await delivery.stop();
}

const methods = {
  prepare: async ({ subscriptions, events }: { readonly subscriptions: number; readonly events: number }) => {
    store = await BenchStore.open();
    await subscribe(subscriptions);
    await store.append(callEvents(events, 1_000));
  },
  /** From when all is loaded until every delivery is durable. */
  deliver: async (events: number) => {
    const delivery = store.delivery(instantSender);
    await delivery.start();
    const spent = await spentOn(async () => {
      await delivery.settledUpTo(events);
      await store.attemptsStored(events * matching.length);
    });
    await delivery.stop();
    await store.close();
    return spent;
  },
};

export type MatchingMethods = typeof methods;
serve(methods);
