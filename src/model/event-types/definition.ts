import type { Type } from 'typebox';
import type { Static } from 'typebox';
import type { Event } from '../event.ts';
import { exampleEvent, type Scene } from './examples.ts';
import type { EventType } from './names.ts';

/** What an event of a type must have besides `type`: a call, a leg of a call, or neither (either may still be there). */
export type Subject = 'call' | 'leg' | 'none';

/** Who may report a type: any source of events, or Offhook alone (refused on ingest). */
export type Reporter = 'source' | 'offhook';

export interface EventTypeDefinition<Data extends Type.TObject = Type.TObject, About extends Subject = Subject> {
  readonly subject: About;
  readonly reporter: Reporter;
  /** One paragraph for the reference: when it happens, and what a reader should know before relying on it. */
  readonly description: string;
  /**
   * Fields of `data`. More may stand beside them. On ingest a missing field becomes its `default`, else null; an
   * optional one stays away.
   */
  readonly data: Data;
  /** One complete event, as it stands in the log. */
  readonly example: Event;
}

interface Stated<Data extends Type.TObject, About extends Subject> {
  readonly subject: About;
  readonly reporter: Reporter;
  readonly description: string;
  readonly data: Data;
  readonly example: Scene<Static<Data>>;
}

/** States a type of event; the compiler checks that its example carries the data that its schema asks for. */
export function defineType<Data extends Type.TObject, About extends Subject>(
  type: EventType,
  stated: Stated<Data, About>,
): EventTypeDefinition<Data, About> {
  return { ...stated, example: exampleEvent(type, stated.example) };
}
