/** What the API of Ringme and Telphin takes and says, for the reference; what is right is decided where it is read. */
import { Type } from 'typebox';
import type { RingmeEventType } from './ringme-event.ts';

export const newRingmeEventSchema = (types: readonly RingmeEventType[]) =>
  Type.Object({
    url: Type.String({ description: 'The URL that is called.' }),
    method: Type.String({ description: 'GET or POST.' }),
    event_type: Type.String({ description: `${types.join(', ')}.` }),
  });

export const ExtensionQuerySchema = Type.Object({
  page: Type.Optional(Type.String({ description: 'From 1 on.' })),
  per_page: Type.Optional(Type.String({ description: 'Extensions on a page, 100 where it is left out, at most 500.' })),
  type: Type.Optional(Type.String({ description: 'Only these: phone, queue or ivr.' })),
});

export const RingmeRefusalSchema = Type.Object({
  message: Type.String({ description: 'The field at fault, what is wrong with it, and what to do.' }),
  code: Type.String({ description: 'For programs.' }),
});
