/**
 * The call book: applies one step of a story to a call and yields the events it makes. Pure: the same call, step and time
 * give the same events. A step that no longer fits (its leg has ended, say) changes and tells nothing.
 */
import type { Leg } from '../../model/call.ts';
import type { NewEvent } from '../../model/event.ts';
import { callerKey, isLive, type CallState } from './call-state.ts';
import { Draft, type Source } from './draft.ts';
import { afterwards } from './book/afterwards.ts';
import { beginning } from './book/beginning.ts';
import { ending } from './book/ending.ts';
import { queueing } from './book/queueing.ts';
import { talking } from './book/talking.ts';
import { transferring } from './book/transferring.ts';
import type { Handlers } from './book/handlers.ts';
import type { Step } from './step.ts';

export interface Page {
  readonly state: CallState;
  readonly events: readonly NewEvent[];
}

const handlers: Handlers = { ...beginning, ...talking, ...queueing, ...transferring, ...ending, ...afterwards };

/** Opens the book of a new call. */
export function openCall(id: string, step: Extract<Step, { kind: 'begin' }>, source: Source, at: number): Page {
  const time = new Date(at).toISOString();
  const { caller, direction, from, to, did, trunk, origin } = step;
  const leg: Leg = {
    id: `${id}:${callerKey}`,
    extension: caller.extension,
    role: 'caller',
    state: 'dialing',
    outcome: null,
    number: caller.number,
    name: caller.name,
    startedAt: time,
    ringingAt: null,
    answeredAt: null,
    endedAt: null,
    cause: null,
  };
  const state: CallState = {
    call: {
      id,
      direction,
      state: 'ringing',
      outcome: null,
      from,
      to,
      did,
      trunk,
      queue: null,
      answeredBy: null,
      hungUpBy: null,
      startedAt: time,
      answeredAt: null,
      endedAt: null,
      talkMs: 0,
      origin,
      transfers: [],
      recordings: [],
      relatedCallIds: [],
    },
    legs: new Map(),
    extensions: [],
    talkingSince: null,
    queuedSince: null,
    told: 0,
  };
  const draft = new Draft(state, source, at);
  draft.put(callerKey, leg);
  if (origin.onBehalfOf) draft.involve(origin.onBehalfOf);
  draft.tell('call.started', { leg });
  if (leg.extension !== null) draft.tell('leg.dial_out', { leg });
  return draft.result;
}

/** Applies a later step; a call that is over takes only what comes afterwards. */
export function turnPage(state: CallState, step: Step, source: Source, at: number): Page {
  const draft = new Draft(state, source, at);
  const isOver = state.call.endedAt !== null;
  const isAfterwards = step.kind in afterwards;
  const leg = 'key' in step ? state.legs.get(step.key) : undefined;
  const fits = isOver === isAfterwards && (leg === undefined || isLive(leg) || step.kind === 'queue.miss');
  if (fits) apply(draft, step);
  return draft.result;
}

function apply<Kind extends Step['kind']>(draft: Draft, step: Extract<Step, { kind: Kind }>): void {
  const handle = (handlers as Partial<Record<Step['kind'], (draft: Draft, step: Step) => void>>)[step.kind];
  handle?.(draft, step);
}
