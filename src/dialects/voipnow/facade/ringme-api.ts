/** The API of Ringme, which Telphin has under another name: events, and what a client needs beside them. */
import type { Facade } from '../../facade.ts';
import { ringmeRefusal } from './ringme-errors.ts';
import { eventRoutes } from './ringme-events.ts';
import { extensionRoutes } from './ringme-extensions.ts';
import { recordRoutes } from './ringme-records.ts';
import { findAgent, findClient, findExtension } from './ringme-resource.ts';

export const ringmeApi: Facade = {
  title: 'Ringme and Telphin API',
  base: '/api/ver1.0',
  refuse: ringmeRefusal,
  routes: [
    ...eventRoutes('/extension/:extension/event', 'an extension', findExtension),
    ...eventRoutes('/agent/:extension/event', 'a queue’s agent', findAgent),
    ...eventRoutes('/client/:client/phone_events', 'the whole PBX', findClient),
    ...extensionRoutes,
    ...recordRoutes,
  ],
};
