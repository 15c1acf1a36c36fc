/** What a replay delivered of an event whose delivery in time came to nothing: whoever asks why wants to know whether they have it. */
import { Type, type Static } from 'typebox';
import { deliveryId, type NamedDelivery } from '../../model/delivery-id.ts';
import type { AttemptQueries } from '../../records/attempt-queries.ts';
import { Time } from '../contract/common.ts';

export const ReplayedSchema = Type.Object({
  replay: Type.Integer({ description: 'Its number, as GET /v1/replays/{number} takes it.' }),
  delivery: Type.String(),
  at: Time,
  status: Type.Integer(),
});
export type Replayed = Static<typeof ReplayedSchema>;

/** More replays of one event than this are not looked at. */
const mostLookedAt = 20;

/** The last one that delivered it. @param may whether the caller may see a delivery */
export async function replayedBy(
  attempts: Pick<AttemptQueries, 'list'>,
  { subscription, seq }: { readonly subscription: number; readonly seq: number },
  may: (delivery: NamedDelivery) => boolean,
): Promise<Replayed | null> {
  const asked = { subscriptions: [subscription], seqs: [seq], outcome: 'delivered', limit: mostLookedAt } as const;
  const { attempts: delivered } = await attempts.list(asked);
  const last = delivered.find((one) => one.replay > 0 && may(one));
  if (!last) return null;
  const { replay, status, startedAt, durationMs } = last;
  const at = new Date(startedAt + durationMs).toISOString();
  return { replay, delivery: deliveryId(subscription, seq, replay), at, status };
}

export const replayedWords = ({ replay, at, status, delivery }: Replayed): string =>
  `Replay ${replay} delivered it at ${at} with ${status} (${delivery}).`;
