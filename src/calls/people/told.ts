/**
 * Makes the events. An id comes from the PBX's facts alone (its time, whom it is about, what became of them), so that
 * whoever else listens to the same PBX names the same change alike.
 */
import { idFromFacts } from '../../kit/ids.ts';
import { mostExtensions } from '../../model/fields.ts';
import type { NewEvent } from '../../model/event.ts';
import type { EventType } from '../../model/event-types/index.ts';
import type { OpenCall } from '../open-call.ts';
import type { CompiledRules } from '../tracker/rules.ts';

/** When a change happened. `found`: it was not seen, only found by asking, so the time is that of the question. */
export interface Moment {
  readonly at: number;
  readonly found: boolean;
}

/** Changes of one subject within one millisecond are counted, and the count is part of the id. */
export interface Repeat {
  at: number;
  count: number;
}
export const newRepeat = (): Repeat => ({ at: -1, count: 0 });

export interface Told {
  readonly type: EventType;
  /** Names within its type whom or what it is about. */
  readonly subject: string;
  /** What became of it, as a text that differs where that does. */
  readonly change: string;
  readonly extension: string | null;
  readonly data: NewEvent['data'];
  readonly repeat?: Repeat;
  readonly call?: OpenCall | null;
}

type Whose = Pick<CompiledRules, 'connector' | 'reseller' | 'domain'>;

export function tell(whose: Whose, { at, found }: Moment, told: Told): NewEvent {
  const { type, subject, change, extension, data, repeat, call = null } = told;
  const { connector, reseller, domain } = whose;
  const count = repeat ? repeatOf(repeat, at) : 0;
  // A call's events stay in the order of their times.
  const time = call?.seenAt === undefined ? at : Math.max(at, Date.parse(call.seenAt));
  const own = extension === null ? [] : [extension];
  const others = call?.extensions ?? [];
  return {
    id: idFromFacts(at, connector, type, subject, at, count, change),
    type,
    time: new Date(time).toISOString(),
    reseller,
    domain,
    user: null,
    extension,
    connector,
    extensions: [...new Set([...own, ...others])].slice(0, mostExtensions),
    call: call?.call ?? null,
    leg: null,
    data: found ? { ...data, estimated: true } : data,
  };
}

function repeatOf(repeat: Repeat, at: number): number {
  repeat.count = repeat.at === at ? repeat.count + 1 : 0;
  repeat.at = at;
  return repeat.count;
}
