/** Rooms in which several talk. */
import { after, type CallScenario, outsider } from './scenario.ts';

export const conferences: readonly CallScenario[] = [
  {
    name: 'conference',
    says: 'Alice, 146 and 147 meet in the room 301; Alice leaves first, then 146, then 147.',
    prepare: (phones) =>
      Promise.resolve(async () => {
        const alice = await phones.carrierDials(outsider, '3125555301');
        await after(300);
        const second = await phones.dial('146', '301');
        await after(300);
        const third = await phones.dial('147', '301');
        await after(500);
        for (const line of [alice, second, third]) {
          await line.hangUp();
          await after(300);
        }
      }),
  },
];
