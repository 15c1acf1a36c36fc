/** Holding, and two calls at one phone. */
import { after, type CallScenario, isUp, outsider } from './scenario.ts';

const moment = 300;

export const holding: readonly CallScenario[] = [
  {
    name: 'held-by-both',
    says: '182 calls 183; 182 holds and takes back, then 183 holds and takes back; 182 hangs up.',
    prepare: async (phones) => {
      const phone = await phones.plugIn('183', 'obeys');
      return async () => {
        const caller = await phones.dial('182', '183');
        const called = await phone.line();
        for (const line of [caller, called]) {
          await after(moment);
          await line.hold();
          await after(moment);
          await line.resume();
        }
        await after(moment);
        await caller.hangUp();
      };
    },
  },
  {
    name: 'held-to-the-end',
    says: 'Alice calls 177, who holds her; she hangs up while she waits.',
    prepare: async (phones) => {
      const phone = await phones.plugIn('177', 'obeys');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125550177');
        await after(moment);
        await (await phone.line()).hold();
        await after(2 * moment);
        await alice.hangUp();
      };
    },
  },
  {
    name: 'call-waiting',
    says: 'Alice talks to 184; 186 calls 184 as well, which holds Alice, talks to 186, and takes her back.',
    prepare: async (phones, asterisk) => {
      const phone = await phones.plugIn('184', 'obeys');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125550184');
        await isUp(asterisk, '184');
        const first = await phone.line(0);
        await after(moment);
        await first.hold();
        const other = await phones.dial('186', '184');
        await after(2 * moment);
        await other.hangUp();
        await after(moment);
        await first.resume();
        await after(moment);
        await alice.hangUp();
      };
    },
  },
  {
    name: 'two-calls-swapped',
    says: 'Alice talks to 187, who calls 188, and goes to and fro between the two; 188 hangs up, then Alice.',
    prepare: async (phones) => {
      const phone = await phones.plugIn('187', 'obeys');
      const colleague = await phones.plugIn('188', 'obeys');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125550187');
        await after(moment);
        const first = await phone.line();
        await first.hold();
        const second = await phones.dial('187', '188');
        await after(moment);
        await second.hold();
        await first.resume();
        await after(moment);
        await first.hold();
        await second.resume();
        await after(moment);
        await (await colleague.line()).hangUp();
        await after(moment);
        await first.resume();
        await after(moment);
        await alice.hangUp();
      };
    },
  },
];
