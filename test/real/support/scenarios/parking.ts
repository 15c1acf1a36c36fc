/** Calls that wait in a parking slot. */
import type { RealAsterisk } from '../asterisk.ts';
import { after, type CallScenario, isGone, isUp, outsider } from './scenario.ts';

/** Slots in which somebody is parked now. */
async function slots(asterisk: RealAsterisk): Promise<readonly string[]> {
  const shown = await asterisk.console('parking show default');
  return [...shown.matchAll(/Space\s+:\s+(\d+)/g)].map(([, slot]) => slot ?? '');
}

/** The slot that was taken since. */
async function slotTaken(asterisk: RealAsterisk, before: readonly string[]): Promise<string> {
  for (let tries = 0; tries < 200; tries++) {
    const slot = (await slots(asterisk)).find((taken) => !before.includes(taken));
    if (slot !== undefined) return slot;
    await after(25);
  }
  throw new Error('nobody was parked');
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
        const before = await slots(asterisk);
        await (await phone.line()).press('#72');
        await isGone(asterisk, '142');
        const slot = await slotTaken(asterisk, before);
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
        const before = await slots(asterisk);
        const line = await phone.line();
        await line.press('#72');
        await slotTaken(asterisk, before);
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
        const before = await slots(asterisk);
        await (await phone.line()).refer('400');
        await isGone(asterisk, '148');
        await after(500);
        const slot = await slotTaken(asterisk, before);
        await phones.dial('149', slot);
        await after(500);
        await alice.hangUp();
      };
    },
  },
];
