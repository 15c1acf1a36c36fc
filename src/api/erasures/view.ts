import { Type, type Static } from 'typebox';
import type { ErasureDryRun, ErasureView, NamedInConfiguration } from '../../erasure/management.ts';
import { erasureStages } from '../../records/erasure-store.ts';
import { nullable, Time } from '../contract/common.ts';

const whose = (what: string): string => `\`*\`: ${what}.`;

export const ErasureSchema = Type.Object({
  number: Type.Integer({ description: 'Of the erasure; the number that it is about is never shown.' }),
  state: Type.Enum(['queued', 'running', 'done'], { description: '`queued`: another one is under way.' }),
  stage: nullable(Type.Enum([...erasureStages]), 'What it is at; null once it is done.'),
  reseller: Type.String({ description: whose('of all resellers') }),
  domain: Type.String({ description: whose('of all domains') }),
  share: Type.Number({ description: '0 to 1: about how much is done.' }),
  upTo: Type.Integer({
    description: 'Sequence of the newest event when it was ordered: later ones it does not promise to look at.',
  }),
  createdAt: Time,
  createdBy: Type.String(),
  endedAt: nullable(Time),
  erased: Type.Object(
    {
      events: Type.Integer(),
      calls: Type.Integer({ description: 'Of the journal.' }),
      attempts: Type.Integer({ description: 'What receivers had answered.' }),
      audit: Type.Integer({ description: 'Entries of the audit.' }),
      answers: Type.Integer({ description: 'Kept for requests with the same Idempotency-Key.' }),
      inbox: Type.Integer({ description: 'Messages of the built-in receiver.' }),
      other: Type.Integer({ description: 'What Offhook had still to say, and last errors of subscriptions.' }),
    },
    { description: 'From how many of each.' },
  ),
  kept: Type.Integer({
    description: 'Events that hold these digits where nothing can be changed: in an id that others refer to.',
  }),
  liveCalls: Type.Integer({
    description: 'Calls that were in progress at its end and name the number: order it again when they have ended.',
  }),
  remains: Type.Integer({
    description:
      'Places in the store’s file where the number is left and could not be overwritten: 0, or the operating guide says what helps.',
  }),
  trouble: nullable(Type.String(), 'Why it gets no further at this moment; it tries again by itself.'),
});

const Configuration = Type.Object(
  {
    extensions: Type.Array(Type.Integer(), { description: 'Ids of extensions.' }),
    users: Type.Array(Type.Integer(), { description: 'Ids of users.' }),
    subscriptions: Type.Array(Type.Integer(), { description: 'Public numbers of subscriptions.' }),
    replays: Type.Array(Type.Integer(), { description: 'Replays whose filter names it; they are forgotten in time.' }),
  },
  { description: 'What is set up with this number. That is no history, and stays until somebody changes it.' },
);

export const ErasureDryRunSchema = Type.Object({
  dryRun: Type.Literal(true),
  found: Type.Object({
    events: Type.Integer(),
    calls: Type.Integer(),
    attempts: Type.Integer(),
    audit: Type.Integer(),
    other: Type.Integer(),
  }),
  spellings: Type.Array(Type.String(), {
    description:
      'Further ways events write the number: give them as `alsoWritten`, so that other texts are searched for them too.',
  }),
  liveCalls: Type.Integer({ description: 'Calls in progress that name it.' }),
  configuration: Configuration,
  complete: Type.Boolean({ description: 'All was looked at; else the time did not suffice, and there may be more.' }),
});

export function erasureView(erasure: ErasureView): Static<typeof ErasureSchema> {
  const { order, progress, state, share, trouble } = erasure;
  const { events, calls, attempts, audit, answers, inbox, outbox, counters, kept } = progress.counts;
  return {
    number: order.number,
    state,
    stage: progress.stage,
    ...order.scope,
    share: Math.round(share * 1_000) / 1_000,
    upTo: order.upTo,
    createdAt: new Date(order.createdAt).toISOString(),
    createdBy: order.author.name,
    endedAt: progress.endedAt === null ? null : new Date(progress.endedAt).toISOString(),
    erased: { events, calls, attempts, audit, answers, inbox, other: outbox + counters },
    kept,
    liveCalls: progress.liveCalls,
    remains: progress.remains,
    trouble,
  };
}

const listed = (all: NamedInConfiguration): Static<typeof Configuration> => ({
  extensions: [...all.extensions],
  users: [...all.users],
  subscriptions: [...all.subscriptions],
  replays: [...all.replays],
});

export function erasureDryRunView(result: ErasureDryRun): Static<typeof ErasureDryRunSchema> {
  const { found, spellings, liveCalls, configuration, complete } = result;
  const looked = { found: { ...found }, spellings: [...spellings], liveCalls, complete };
  return { dryRun: true, ...looked, configuration: listed(configuration) };
}
