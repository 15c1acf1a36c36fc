/** Events as a receiver sees them: one type for each name, told apart by `type`. */
import type { Call, Leg } from '../model/call.ts';
import type { Event } from '../model/event.ts';
import type { EventData, EventType, SubjectOf } from '../model/event-types/index.ts';

type Envelope = Omit<Event, 'type' | 'call' | 'leg' | 'data'>;

/** The event of one type: `OffhookEventOf<'leg.answered'>`. */
export interface OffhookEventOf<T extends EventType> extends Envelope {
  readonly type: T;
  /** The call as it then stood; always there where the type is about one. */
  readonly call: SubjectOf<T> extends 'none' ? Call | null : Call;
  /** The leg this is about, as it then stood; always there where the type is about one. */
  readonly leg: SubjectOf<T> extends 'leg' ? Leg : Leg | null;
  /** What the type carries beyond call and leg. Fields that its schema doesn't know may stand beside these. */
  readonly data: Readonly<EventData<T>>;
}

/** Any event: a union that `switch (event.type)` narrows. */
export type OffhookEvent = { readonly [T in EventType]: OffhookEventOf<T> }[EventType];

/** An event of a type that this version of the library doesn't know: a newer Offhook sent it. */
export interface UnknownEvent extends Envelope {
  readonly type: string;
  readonly call: Call | null;
  readonly leg: Leg | null;
  readonly data: Readonly<Record<string, unknown>>;
}
