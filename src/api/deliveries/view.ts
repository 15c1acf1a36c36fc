import { Type, type Static } from 'typebox';
import { attemptOutcomes, type AttemptRow, type ParkedRow } from '../../records/delivery-store.ts';
import { deliveryId } from '../../model/delivery-id.ts';
import { nullable, Time } from '../contract/common.ts';

export const ReplayNumber = nullable(Type.Integer(), 'Public number of the replay it is a part of; null: none.');

export const AttemptSchema = Type.Object({
  delivery: Type.String({
    description: 'SUBSCRIPTION-SEQUENCE, of a replay with `-rREPLAY`; the same on every attempt.',
  }),
  subscription: Type.Integer({ description: 'Public number of the subscription.' }),
  endpoint: Type.Integer(),
  seq: Type.Integer({ description: 'Sequence of the event.' }),
  replay: ReplayNumber,
  batch: Type.Integer({ description: 'First sequence of the batch it went out with; `seq` where it went alone.' }),
  attempt: Type.Integer({ description: '1 for the first try; 0 where no request was made.' }),
  outcome: Type.Enum(attemptOutcomes),
  status: nullable(Type.Integer(), 'HTTP status; null where none came.'),
  startedAt: Time,
  durationMs: Type.Number(),
  detail: nullable(Type.String(), 'On failure: why, and the beginning of what came back.'),
});
export type AttemptView = Static<typeof AttemptSchema>;

export const ParkedSchema = Type.Object({
  delivery: Type.String(),
  subscription: Type.Integer(),
  endpoint: Type.Integer(),
  seq: Type.Integer(),
  replay: ReplayNumber,
  batch: Type.Integer(),
  attempts: Type.Integer({ description: 'Attempts so far; 0: it waits behind another of the same call.' }),
  dueAt: nullable(Time, 'When it is tried again; null while it waits behind another.'),
});
type ParkedView = Static<typeof ParkedSchema>;

export function attemptView(row: AttemptRow): AttemptView {
  const { subscription, endpoint, seq, replay, batch, attempt, outcome, status, startedAt, durationMs, detail } = row;
  return {
    delivery: deliveryId(subscription, seq, replay),
    subscription,
    endpoint,
    seq,
    replay: replay === 0 ? null : replay,
    batch,
    attempt,
    outcome,
    status: status === 0 ? null : status,
    startedAt: new Date(startedAt).toISOString(),
    durationMs,
    detail,
  };
}

export function parkedView({ subscription, endpoint, seq, replay, batch, attempts, dueAt }: ParkedRow): ParkedView {
  return {
    delivery: deliveryId(subscription, seq, replay),
    subscription,
    endpoint,
    seq,
    replay: replay === 0 ? null : replay,
    batch,
    attempts,
    dueAt: dueAt === null ? null : new Date(dueAt).toISOString(),
  };
}
