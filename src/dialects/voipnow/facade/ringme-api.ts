/** The API of Ringme, which Telphin has under another name: events, and what a client needs beside them. */
import type { Facade } from '../../facade.ts';
import { ringmeRefusal } from './ringme-errors.ts';
import { agentEvents, extensionEvents, wholePbxEvents } from './ringme-event.ts';
import { eventRoutes } from './ringme-events.ts';
import { extensionRoutes } from './ringme-extensions.ts';
import { recordRoutes } from './ringme-records.ts';
import { findAgent, findClient, findExtension } from './ringme-resource.ts';
import { RingmeRefusalSchema } from './ringme-schemas.ts';

export const ringmeApi: Facade = {
  title: 'Ringme and Telphin API',
  base: '/api/ver1.0',
  refuse: ringmeRefusal,
  refusalSchema: RingmeRefusalSchema,
  routes: [
    ...eventRoutes('/extension/:extension/event', 'an extension', extensionEvents, findExtension),
    ...eventRoutes('/agent/:extension/event', 'a queue’s agent', agentEvents, findAgent),
    ...eventRoutes('/client/:client/phone_events', 'the whole PBX', wholePbxEvents, findClient),
    ...extensionRoutes,
    ...recordRoutes,
  ],
};
