/** Finding a subscription by what a person types. */
import type { ApiClient } from '../client.ts';
import { CommandFailure } from '../failure.ts';

/** What is kept until something that failed is through. */
export interface ParkedFacts {
  readonly retrying: number;
  readonly behind: number;
  readonly behindOthers: number;
  readonly heldBy: readonly number[];
  readonly dueAt: string | null;
}

export interface SubscriptionFacts {
  readonly id: string;
  readonly number: number;
  readonly name: string;
  readonly dialect: string;
  readonly status: string;
  readonly lag: number;
  readonly parked: ParkedFacts;
  readonly endpoint: { readonly url: string };
  readonly counters: { readonly posts: number; readonly errors: number };
}

interface Page {
  readonly items: readonly SubscriptionFacts[];
  readonly next: string | null;
}

export async function allSubscriptions(client: ApiClient): Promise<SubscriptionFacts[]> {
  const found: SubscriptionFacts[] = [];
  let cursor = '';
  for (;;) {
    const page = await client.get<Page>(`/v1/subscriptions?limit=500${cursor}`);
    found.push(...page.items);
    if (page.next === null) return found;
    cursor = `&cursor=${page.next}`;
  }
}

export const idWords = 'its id, or its number as "subs" lists it';

/** The API knows subscriptions by their confidential id alone, so a number is looked for in the list. */
export async function pathOf(client: ApiClient, given: string): Promise<string> {
  const isNumber = /^[1-9]\d{0,8}$/.test(given);
  const found = isNumber ? (await allSubscriptions(client)).find(({ number }) => number === Number(given)) : null;
  if (isNumber && !found)
    throw new CommandFailure(`there is no subscription ${given}; "offhook subs" lists those there are`);
  return `/v1/subscriptions/${encodeURIComponent(found?.id ?? given)}`;
}
