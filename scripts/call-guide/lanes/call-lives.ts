import type { Call } from '../../../src/model/call.ts';
import type { NewEvent } from '../../../src/model/event.ts';
import type { Span } from './lane.ts';

/** A call of the story, from the row it is first told of to the one in which it ended. */
export interface CallLife extends Span {
  readonly id: string;
  /** The call it became part of; null: it did not. */
  readonly mergedInto: string | null;
  /** As it stands in the row, by what was told until then. */
  in(row: number): Call | null;
}

export function callLives(events: readonly NewEvent[]): readonly CallLife[] {
  const ids = new Set(events.flatMap(({ call }) => (call ? [call.id] : [])));
  return [...ids].map((id) => lifeOf(id, events));
}

function lifeOf(id: string, events: readonly NewEvent[]): CallLife {
  const isOwn = ({ call }: NewEvent): boolean => call?.id === id;
  const end = events.findIndex((event) => isOwn(event) && event.call?.state === 'ended');
  const into = events[end]?.data['mergedInto'];
  return {
    id,
    from: events.findIndex(isOwn),
    to: end < 0 ? events.length - 1 : end,
    mergedInto: typeof into === 'string' ? into : null,
    in: (row) => events.slice(0, row + 1).findLast(isOwn)?.call ?? null,
  };
}

/** The call that goes on for this one, in this row. */
export function goesOnAs(lives: readonly CallLife[], id: string, row: number): CallLife | undefined {
  const life = lives.find((one) => one.id === id);
  if (!life || life.mergedInto === null || row < life.to) return life;
  return goesOnAs(lives, life.mergedInto, row) ?? life;
}
