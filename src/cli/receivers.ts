import type { ApiClient } from './client.ts';

interface SubscriptionPage {
  readonly items: readonly {
    readonly number: number;
    readonly name: string;
    readonly endpoint: { readonly url: string };
  }[];
  readonly next: string | null;
}

/** Where each subscription delivers to, by its number: `CRM` or the URL's host where it has no name. */
export async function receiversOf(client: ApiClient): Promise<(subscription: number) => string | null> {
  const names = new Map<number, string>();
  let cursor: string | null = null;
  do {
    const page: SubscriptionPage = await client.get(
      `/v1/subscriptions?limit=500${cursor === null ? '' : `&cursor=${cursor}`}`,
    );
    for (const { number, name } of page.items) names.set(number, name);
    cursor = page.next;
  } while (cursor !== null && names.size < 5_000);
  return (subscription) => names.get(subscription) ?? null;
}
