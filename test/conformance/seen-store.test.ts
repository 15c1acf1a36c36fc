import { createMemoryStore } from '../../src/receiver/index.ts';
import { seenStoreConformance } from './seen-store.ts';

seenStoreConformance('memory', () => {
  let nowMs = 5;
  return {
    store: createMemoryStore({ now: () => nowMs }),
    advance: (seconds) => {
      nowMs += seconds * 1000;
    },
  };
});
