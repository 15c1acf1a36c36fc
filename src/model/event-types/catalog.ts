import type { Type } from 'typebox';
import type { Static } from 'typebox';
import { agentTypes } from './agents.ts';
import { callTypes } from './calls.ts';
import { campaignTypes } from './campaigns.ts';
import { chargeTypes } from './charges.ts';
import { chatTypes } from './chats.ts';
import { conferenceTypes } from './conferences.ts';
import type { EventTypeDefinition } from './definition.ts';
import { legTypes } from './legs.ts';
import { messageTypes } from './messages.ts';
import type { EventType } from './names.ts';
import { parkTypes } from './parking.ts';
import { peopleTypes } from './people.ts';
import { queueTypes } from './queues.ts';
import { recordingTypes } from './recordings.ts';
import { systemTypes } from './system.ts';
import { transferTypes } from './transfers.ts';

const definitions = {
  ...callTypes,
  ...legTypes,
  ...transferTypes,
  ...queueTypes,
  ...agentTypes,
  ...parkTypes,
  ...conferenceTypes,
  ...recordingTypes,
  ...messageTypes,
  ...chatTypes,
  ...campaignTypes,
  ...chargeTypes,
  ...peopleTypes,
  ...systemTypes,
} satisfies Record<EventType, object>;

/** What an event of this type carries in `data`. */
export type EventData<T extends EventType> = Static<(typeof definitions)[T]['data']>;

/** What an event of this type is about: a call, a leg of one, or neither. */
export type SubjectOf<T extends EventType> = (typeof definitions)[T]['subject'];

/** All there is to know of each type. */
export const eventCatalog: Readonly<Record<EventType, EventTypeDefinition>> = definitions;

export function dataSchemaOf(type: EventType): Type.TObject {
  return eventCatalog[type].data;
}
