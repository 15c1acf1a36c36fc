/** A why-not as the API shows it: a stable word, what belongs to it, and a sentence for people. */
import { Type, type Static } from 'typebox';
import type { Why } from '../../delivery/why/why.ts';
import { nullable, Time } from '../contract/common.ts';
import { type Replayed, ReplayedSchema, replayedWords } from './replayed.ts';
import { wordsFor } from './words.ts';

export const whyAnswers = [
  'delivered',
  'under_way',
  'waiting',
  'parked',
  'parked_behind',
  'cancelled',
  'expired',
  'not_encoded',
  'skipped',
  'filtered',
  'filter_error',
  'disabled',
  'event_type',
  'about_itself',
  'out_of_scope',
  'before_subscription',
  'deleted',
  'not_in_replay',
  'unknown',
] as const satisfies readonly Why['answer'][];

export const WhySchema = Type.Object({
  subscription: Type.Integer({ description: 'Public number.' }),
  name: nullable(Type.String(), 'Of the subscription; null where it was deleted.'),
  delivery: Type.String({ description: 'SUBSCRIPTION-SEQUENCE, as GET /v1/deliveries/{id} takes it.' }),
  answer: Type.Enum(whyAnswers),
  words: Type.String({ description: 'The same in a sentence.' }),
  remedy: nullable(Type.String(), 'What helps; null where nothing has to be done.'),
  at: nullable(Time, 'When it was settled.'),
  attempts: nullable(Type.Integer(), 'Made so far.'),
  maxAttempts: nullable(Type.Integer()),
  dueAt: nullable(Time, 'Parked: when it is tried again.'),
  status: nullable(Type.Integer(), 'HTTP status of the attempt that settled it.'),
  reason: nullable(
    Type.String(),
    [
      'Of what was cancelled `attempts_used_up`, `receiver_gone` (410), `subscription_disabled`, `subscription_deleted`;',
      'of what expired `expire_after`, `retention`, `log_replaced`, `log_rolled_back`;',
      'of what a replay left out `other_subscription`, `outside_range`, `event_type`, `filtered`, `retention`, or why it was cancelled.',
    ].join(' '),
  ),
  detail: nullable(Type.String(), 'The error, as far as it was kept.'),
  behind: nullable(Type.String(), 'The delivery of the same call that has to be settled first.'),
  ahead: nullable(Type.Integer(), 'Waiting: events that may lie before it; an upper bound.'),
  holds: Type.Array(
    Type.Object({
      by: Type.Enum(['paused', 'breaker', 'retry_after', 'rate', 'window', 'rendering', 'turn', 'parked']),
      until: nullable(Time),
    }),
    { description: 'What keeps its endpoint from starting anything more now.' },
  ),
  expiresAt: nullable(Time, 'Waiting: when it will be too late for it.'),
  level: nullable(Type.Enum(['reseller', 'domain', 'user', 'extension']), 'On which it is out of scope.'),
  filter: nullable(Type.String(), 'Source of the filter that decided.'),
  replayed: nullable(
    ReplayedSchema,
    'The last replay that delivered it, where its delivery in time did not; `answer` stays what became of that.',
  ),
  version: nullable(
    Type.Object({ from: Type.Integer(), to: nullable(Type.Integer(), 'Null: in force now.') }),
    'Sequences that the version of the subscription decides about, which decided; where there was none yet, the first.',
  ),
});
export type WhyView = Static<typeof WhySchema>;

const time = (ms: number): string => new Date(ms).toISOString();

const nothing = {
  at: null,
  attempts: null,
  maxAttempts: null,
  dueAt: null,
  status: null,
  reason: null,
  detail: null,
  behind: null,
  ahead: null,
  holds: [],
  expiresAt: null,
  level: null,
  filter: null,
  version: null,
};
type Facts = Partial<Omit<WhyView, 'subscription' | 'name' | 'delivery' | 'answer' | 'words' | 'remedy' | 'replayed'>>;

export interface WhyOf {
  readonly subscription: number;
  readonly name: string | null;
  readonly delivery: string;
  /** The delivery that this one is behind, where the caller may know of it. */
  readonly behind: string | null;
  /** What delivered it all the same. */
  readonly replayed?: Replayed | null;
}

export function whyView(why: Why, { subscription, name, delivery, behind, replayed = null }: WhyOf): WhyView {
  const told = { ...nothing, ...factsOf(why), behind, replayed };
  const said = wordsFor(why, behind);
  // They have it: nothing has to be done.
  const all = replayed ? { words: `${said.words} ${replayedWords(replayed)}`, remedy: null } : said;
  return { subscription, name, delivery, answer: why.answer, ...all, ...told };
}

const holdsOf = (holds: Extract<Why, { answer: 'waiting' }>['holds']): WhyView['holds'] =>
  holds.map(({ by, until }) => ({ by, until: until === null ? null : time(until) }));

function factsOf(why: Why): Facts {
  switch (why.answer) {
    case 'delivered':
      return { at: time(why.at), attempts: why.attempts, status: why.status };
    case 'under_way':
      return { attempts: why.attempts };
    case 'waiting': {
      const expiresAt = why.expiresAt === null ? null : time(why.expiresAt);
      return { attempts: why.attempts, ahead: why.ahead, holds: holdsOf(why.holds), expiresAt };
    }
    case 'parked': {
      const { attempts, maxAttempts, lastError, dueAt, holds } = why;
      return { attempts, maxAttempts, detail: lastError, dueAt: time(dueAt), holds: holdsOf(holds) };
    }
    case 'parked_behind':
      return { attempts: why.attempts, maxAttempts: why.maxAttempts, detail: why.lastError };
    case 'cancelled':
    case 'expired':
    case 'not_encoded':
    case 'skipped': {
      const { at, attempts, status, reason, detail } = why;
      return { at: time(at), attempts, status: status === 0 ? null : status, reason, detail };
    }
    case 'before_subscription':
      return { version: { from: why.from, to: null } };
    case 'unknown':
    case 'not_in_replay':
      return { reason: why.reason };
    case 'deleted':
      return {};
    default:
      return refusedFacts(why);
  }
}

function refusedFacts(
  why: Extract<
    Why,
    { answer: 'disabled' | 'event_type' | 'about_itself' | 'filtered' | 'out_of_scope' | 'filter_error' }
  >,
): Facts {
  const { from, to, filter } = why.version;
  const version = { version: { from, to } };
  if (why.answer === 'out_of_scope') return { ...version, level: why.level };
  if (why.answer === 'filter_error') return { ...version, filter, detail: why.detail };
  return why.answer === 'filtered' ? { ...version, filter } : version;
}
