/** Calls that the PBX records. */
import { after, type CallScenario, isGone, isUp, outsider } from './scenario.ts';

const moment = 300;

export const recording: readonly CallScenario[] = [
  {
    name: 'recorded',
    says: 'Alice calls 655, which rings 185 and is recorded; 185 answers; she hangs up.',
    prepare: async (phones, asterisk) => {
      await phones.plugIn('185', 'answers');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125555655');
        await isUp(asterisk, '185');
        await after(3 * moment);
        await alice.hangUp();
      };
    },
  },
  {
    name: 'recorded-unanswered',
    says: 'Alice calls 652, which would be recorded; 182 is not there, and the PBX gives up.',
    prepare: (phones) =>
      Promise.resolve(() => phones.carrierCalls(outsider, '3125555652', { kind: 'is refused', status: 404 })),
  },
  {
    name: 'recorded-then-transferred',
    says: 'Alice calls 650, which rings 180 and is recorded; 180 asks 178 on a second line and joins the two; she hangs up.',
    prepare: async (phones, asterisk) => {
      const phone = await phones.plugIn('180', 'obeys');
      await phones.plugIn('178', 'answers');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125555650');
        await after(moment);
        const first = await phone.line();
        await first.hold();
        const second = await phones.dial('180', '178');
        await after(moment);
        await first.join(second);
        await isGone(asterisk, '180');
        await after(2 * moment);
        await alice.hangUp();
      };
    },
  },
];
