/** Calls that wait in a parking slot. */
import type { RealAsterisk } from '../asterisk.ts';
import type { Line } from '../line.ts';
import { after, type CallScenario, isGone, isUp, outsider } from './scenario.ts';

/** The slot in which this call is parked; waits for it. */
async function slotOf(asterisk: RealAsterisk, line: Line): Promise<string> {
  const channel = await line.channel();
  for (let tries = 0; tries < 400; tries++) {
    const [, ...places] = (await asterisk.console('parking show default')).split(/Space\s*:\s*/);
    const place = places.find((shown) => shown.includes(channel));
    if (place !== undefined) return /^\d+/.exec(place)?.[0] ?? '';
    await after(25);
  }
  throw new Error(`${channel} is not parked`);
}

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
        await isGone(asterisk, '142');
        const slot = await slotOf(asterisk, alice);
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
        const line = await phone.line();
        await line.press('#72');
        await slotOf(asterisk, alice);
        await line.hangUp();
        await isGone(asterisk, '145');
        await after(500);
        await alice.hangUp();
      };
    },
  },
  {
    name: 'park-by-refer',
    says: 'Alice calls 148, whose phone sends her on to the car park; 149 fetches her from the slot; she hangs up.',
    prepare: async (phones, asterisk) => {
      const phone = await phones.plugIn('148', 'obeys');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125550148');
        await after(300);
        await (await phone.line()).refer('400');
        await isGone(asterisk, '148');
        await after(500);
        const slot = await slotOf(asterisk, alice);
        await phones.dial('149', slot);
        await after(500);
        await alice.hangUp();
      };
    },
  },
];
