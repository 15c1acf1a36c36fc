/** Calls that wait in a parking slot. */
import { after, type CallScenario, isGone, isUp, outsider } from './scenario.ts';

export const parking: readonly CallScenario[] = [
  {
    name: 'park-retrieved',
    says: 'Alice calls 142, who parks her with #72; 143 fetches her from the slot; she hangs up.',
    prepare: async (phones, asterisk) => {
      const phone = await phones.plugIn('142', 'obeys');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125550142');
        await after(300);
        await (await phone.line()).press('#72');
        await asterisk.until('parking show default', /Space\s+:\s+\d+/);
        const slot = /Space\s+:\s+(\d+)/.exec(await asterisk.console('parking show default'))?.[1] ?? '';
        await isGone(asterisk, '142');
        await phones.dial('143', slot);
        await after(500);
        await alice.hangUp();
      };
    },
  },
  {
    name: 'park-timed-out',
    says: 'Alice calls 144, who parks her; nobody fetches her, 144 is called back and answers; she hangs up.',
    prepare: async (phones, asterisk) => {
      const phone = await phones.plugIn('144', 'obeys');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125550144');
        await after(300);
        await (await phone.line()).press('#72');
        await isGone(asterisk, '144');
        await isUp(asterisk, '144');
        await after(500);
        await alice.hangUp();
      };
    },
  },
  {
    name: 'park-abandoned',
    says: 'Alice calls 145, who parks her; she hangs up while parked.',
    prepare: async (phones, asterisk) => {
      const phone = await phones.plugIn('145', 'obeys');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125550145');
        await after(300);
        await (await phone.line()).press('#72');
        await isGone(asterisk, '145');
        await after(500);
        await alice.hangUp();
      };
    },
  },
];
