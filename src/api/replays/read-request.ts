/** What a body asks to be replayed. */
import { Type, type Static } from 'typebox';
import type { RangeEnd, ReplayRequest } from '../../delivery/replay/management.ts';
import { expandEventTypes } from '../../model/event-types/index.ts';
import { msOfTime, Time } from '../contract/common.ts';
import type { Answer, Problem } from '../problems/problem.ts';

/**
 * A replay at full speed takes the processor time that live events need: on two cores, 99 % of these came within 15 ms
 * beside one of 500 requests a second, within 35 to 140 ms beside one without a limit, and within 7 to 18 ms without.
 */
const usualRate = 500;

const Sequence = (description: string) => Type.Optional(Type.Integer({ minimum: 1, description }));
const Instant = (description: string) => Type.Optional(Type.String({ ...Time, description }));

export const ReplayInput = Type.Object(
  {
    from: Instant('The first event is the first one that Offhook accepted at this time or later. This, or `fromSeq`.'),
    fromSeq: Sequence('Sequence of the first event.'),
    to: Instant('The last event is the last one that Offhook accepted before this time; by default the newest.'),
    toSeq: Sequence('Sequence of the last event, instead of `to`.'),
    events: Type.Optional(
      Type.Array(Type.String({ maxLength: 64 }), {
        minItems: 1,
        maxItems: 200,
        description: 'Only these types of those its subscriptions want; `leg.*` stands for several.',
      }),
    ),
    filter: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 4096,
        description: 'Only events this holds for, on top of their own filters.',
      }),
    ),
    ratePerSecond: Type.Optional(
      Type.Number({
        minimum: 0.1,
        maximum: 10_000,
        default: usualRate,
        description: 'Requests a second at most, of what the endpoint allows.',
      }),
    ),
    dryRun: Type.Optional(
      Type.Boolean({ default: false, description: 'Counts what it would deliver; nothing is sent.' }),
    ),
  },
  { additionalProperties: false },
);
export type ReplayInput = Static<typeof ReplayInput>;

const invalid = (field: string, detail: string, remedy: string): { readonly problem: Problem } => ({
  problem: { code: 'invalid_field', field, detail, remedy },
});

export function readReplay(body: ReplayInput, of: ReplayRequest['of']): Answer<ReplayRequest> {
  const from = endOf(body.from, body.fromSeq);
  const to = endOf(body.to, body.toSeq);
  if (from === 'both') return invalid('fromSeq', 'There are from and fromSeq.', 'Name one of the two.');
  if (to === 'both') return invalid('toSeq', 'There are to and toSeq.', 'Name one of the two.');
  if (from === null) return invalid('from', 'It is not said where to begin.', 'Give from (a time) or fromSeq.');
  if (to && isBefore(to, from)) {
    return invalid('seq' in to ? 'toSeq' : 'to', 'It ends before it begins.', 'Give an end after the beginning.');
  }
  const events = body.events === undefined ? null : expandEventTypes(body.events);
  if (events && 'unknown' in events) {
    const [unknown] = events.unknown;
    const meant = unknown?.closest[0];
    const remedy = meant ? `Did you mean "${meant}"?` : 'The reference lists every event type.';
    return invalid('events', `There is no event type ${JSON.stringify(unknown?.entry)}.`, remedy);
  }
  return {
    of,
    from,
    to,
    events: events && events.types,
    filter: body.filter ?? null,
    ratePerSecond: body.ratePerSecond ?? usualRate,
  };
}

function endOf(time: string | undefined, seq: number | undefined): RangeEnd | null | 'both' {
  if (time !== undefined && seq !== undefined) return 'both';
  if (seq !== undefined) return { seq };
  return time === undefined ? null : { time: msOfTime(time) };
}

/** Of a time and a sequence nobody knows without looking into the log. */
function isBefore(to: RangeEnd, from: RangeEnd): boolean {
  if ('seq' in to) return 'seq' in from && to.seq < from.seq;
  return 'time' in from && to.time < from.time;
}
