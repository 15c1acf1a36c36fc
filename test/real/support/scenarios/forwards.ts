/** A call that a phone, or the PBX for its user, sends on before it is answered. */
import { after, type CallScenario, isUp, outsider, rings } from './scenario.ts';

export const forwards: readonly CallScenario[] = [
  {
    name: 'forward-302',
    says: 'Alice calls 169, whose phone says that it moved to 170; 170 answers, Alice hangs up.',
    prepare: async (phones, asterisk) => {
      await phones.plugIn('169', 'sendsOn', { forwardTo: '170' });
      await phones.plugIn('170', 'answers');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125550169');
        await isUp(asterisk, '170');
        await after(300);
        await alice.hangUp();
      };
    },
  },
  {
    name: 'forward-dialplan',
    says: 'Alice calls 511, whose calls the PBX sends on to 141; 141 answers, Alice hangs up.',
    prepare: async (phones, asterisk) => {
      await phones.plugIn('141', 'answers');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125555511');
        await isUp(asterisk, '141');
        await after(300);
        await alice.hangUp();
      };
    },
  },
  {
    name: 'do-not-disturb',
    says: '101 calls 521, which does not want to be disturbed.',
    prepare: (phones) => Promise.resolve(() => phones.phoneCalls('101', '521', { kind: 'is refused', status: 486 })),
  },
  {
    name: 'congestion',
    says: '101 calls 531, to which all lines are taken.',
    prepare: (phones) => Promise.resolve(() => phones.phoneCalls('101', '531', { kind: 'is refused', status: 503 })),
  },
  {
    name: 'pickup-group',
    says: 'Alice calls 171, which rings; 172 presses *8 and talks to her; she hangs up.',
    prepare: async (phones, asterisk) => {
      await phones.plugIn('171', 'rings');
      return async () => {
        const called = phones.carrierDials(outsider, '3125550171');
        await rings(asterisk, '171');
        await phones.dial('172', '*8');
        const alice = await called;
        await after(500);
        await alice.hangUp();
      };
    },
  },
  {
    name: 'pickup-directed',
    says: 'Alice calls 176, which rings; 181 presses *8176 and talks to her; 181 hangs up.',
    prepare: async (phones, asterisk) => {
      await phones.plugIn('176', 'rings');
      return async () => {
        const called = phones.carrierDials(outsider, '3125550176');
        await rings(asterisk, '176');
        const line = await phones.dial('181', '*8176');
        await called;
        await after(500);
        await line.hangUp();
      };
    },
  },
];
