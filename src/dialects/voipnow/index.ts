import type { Dialect } from '../dialect.ts';
import { RingmeOptions, vendorEvents, VoipnowOptions } from './catalog.ts';
import { decodePost } from './decode.ts';
import { defaults, wordsFor } from './defaults.ts';
import { encodeRingme, encodeVoipnow } from './encode.ts';
import { ringmeVendor } from './registrar/ringme-registry.ts';
import { unifiedVendor } from './registrar/unified-registry.ts';

export const voipnow: Dialect = {
  name: 'voipnow',
  title: 'VoipNow call events',
  summary:
    'Form fields or a query for each event of an extension, as 4PSA VoipNow’s CallAPI Events send them, old or new names.',
  optionsSchema: VoipnowOptions,
  defaults,
  limited: true,
  wordsFor,
  maxBatch: () => 1,
  encode: encodeVoipnow,
  decode: decodePost,
  reportedEvents: vendorEvents,
  remote: unifiedVendor,
};

export const ringme: Dialect = {
  name: 'ringme',
  title: 'Ringme and Telphin events',
  summary:
    'Form fields or a query for each event of an extension, as Ringme and Telphin send them: leg by leg, with times, recording, and whether anybody answered.',
  optionsSchema: RingmeOptions,
  defaults,
  limited: true,
  wordsFor,
  maxBatch: () => 1,
  encode: encodeRingme,
  decode: decodePost,
  reportedEvents: vendorEvents,
  remote: ringmeVendor,
};
