/** Two parties: inbound, outbound, internal; answered, refused, given up; machines; pipes inside the PBX. */
import { carrierHost } from '../pbx/plan.ts';
import { after, type CallScenario, isGone, outsider, upChannel } from './scenario.ts';

export const twoParty: readonly CallScenario[] = [
  {
    name: 'inbound-answered',
    says: 'Alice calls from outside, 101 answers, Alice hangs up.',
    prepare: async (phones) => {
      await phones.plugIn('101', 'answers');
      return () => phones.carrierCalls(outsider, '3125550101', { kind: 'talks', ms: 1500 });
    },
  },
  {
    name: 'inbound-name-escaped',
    says: 'A caller whose name has quotes, a backslash and letters beyond ASCII; 117 hangs up.',
    prepare: async (phones) => {
      await phones.plugIn('117', 'hangsUp');
      const name = 'J\u00f6rg \\"Q\\" \\\\ \u{1F4DE}';
      return () => phones.carrierCalls(outsider, '3125550117', { kind: 'waits for the end' }, name);
    },
  },
  {
    name: 'outbound-answered',
    says: '102 calls a number outside, which answers; 102 hangs up.',
    prepare: async (phones) => {
      const number = await phones.carrierTakes('answers');
      return () => phones.phoneCalls('102', number, { kind: 'talks', ms: 600 });
    },
  },
  {
    name: 'outbound-busy',
    says: '118 calls a number outside, which is busy.',
    prepare: async (phones) => {
      const number = await phones.carrierTakes('busy');
      return () => phones.phoneCalls('118', number, { kind: 'is refused', status: 486 });
    },
  },
  {
    name: 'internal-answered',
    says: '101 calls 103, which answers and hangs up.',
    prepare: async (phones) => {
      await phones.plugIn('103', 'hangsUp');
      return () => phones.phoneCalls('101', '103', { kind: 'waits for the end' });
    },
  },
  {
    name: 'internal-held',
    says: '101 calls 104, puts it on hold and takes it back.',
    prepare: async (phones) => {
      await phones.plugIn('104', 'answers');
      return () => phones.phoneCalls('101', '104', { kind: 'holds', ms: 400 });
    },
  },
  {
    name: 'busy',
    says: '101 calls 105, which is busy.',
    prepare: async (phones) => {
      await phones.plugIn('105', 'busy');
      return () => phones.phoneCalls('101', '105', { kind: 'is refused', status: 486 });
    },
  },
  {
    name: 'rejected',
    says: '101 calls 106, which rings and declines.',
    prepare: async (phones) => {
      await phones.plugIn('106', 'rejects');
      return () => phones.phoneCalls('101', '106', { kind: 'is refused', status: 403 });
    },
  },
  {
    name: 'no-answer',
    says: 'Alice calls from outside, 107 rings until the PBX gives up.',
    prepare: async (phones) => {
      await phones.plugIn('107', 'rings');
      return () => phones.carrierCalls(outsider, '3125550107', { kind: 'is refused', status: 480 });
    },
  },
  {
    name: 'cancelled',
    says: 'Alice calls from outside and hangs up while 108 rings.',
    prepare: async (phones) => {
      await phones.plugIn('108', 'rings');
      return () => phones.carrierCalls(outsider, '3125550108', { kind: 'gives up', afterMs: 500 });
    },
  },
  {
    name: 'unreachable-not-registered',
    says: '101 calls 120, which nobody has plugged in.',
    prepare: (phones) => Promise.resolve(() => phones.phoneCalls('101', '120', { kind: 'is refused', status: 404 })),
  },
  {
    name: 'unreachable-out-of-service',
    says: '101 calls 109, which answers that it is out of service.',
    prepare: async (phones) => {
      await phones.plugIn('109', 'outOfService');
      return () => phones.phoneCalls('101', '109', { kind: 'is refused', status: 503 });
    },
  },
  {
    name: 'ivr-only',
    says: 'Alice calls from outside, hears the menu, and hangs up without having talked to anybody.',
    prepare: (phones) => Promise.resolve(() => phones.carrierCalls(outsider, '3125550200', { kind: 'talks', ms: 600 })),
  },
  {
    name: 'voicemail',
    says: 'Alice calls from outside and reaches a mailbox.',
    prepare: (phones) => Promise.resolve(() => phones.carrierCalls(outsider, '3125550201', { kind: 'talks', ms: 600 })),
  },
  {
    name: 'local-optimised',
    says: '101 calls 710, which reaches 110 through a Local channel that optimises itself away.',
    prepare: async (phones) => {
      await phones.plugIn('110', 'answers');
      return () => phones.phoneCalls('101', '710', { kind: 'talks', ms: 1500 });
    },
  },
  {
    name: 'local-kept',
    says: '101 calls 811, which reaches 111 through a Local channel that stays.',
    prepare: async (phones) => {
      await phones.plugIn('111', 'answers');
      return () => phones.phoneCalls('101', '811', { kind: 'talks', ms: 600 });
    },
  },
  {
    name: 'ring-group',
    says: '101 calls 500, which rings 112 and 113; 113 answers, 112 stops ringing.',
    prepare: async (phones) => {
      await phones.plugIn('112', 'rings');
      await phones.plugIn('113', 'answers');
      return () => phones.phoneCalls('101', '500', { kind: 'talks', ms: 400 });
    },
  },
  {
    name: 'click-to-call',
    says: 'Software asks the PBX to call 114 and, when it answers, 115, which hangs up.',
    prepare: async (phones, asterisk) => {
      await phones.plugIn('114', 'answers');
      const called = await phones.plugIn('115', 'obeys');
      return async () => {
        await asterisk.console('channel originate PJSIP/114 extension 115@phones');
        const line = await called.line();
        await after(500);
        await line.hangUp();
        await isGone(asterisk, '115');
      };
    },
  },
  {
    name: 'click-to-call-outside-first',
    says: 'Software asks the PBX to call a number outside and, when it answers, 193, which hangs up.',
    prepare: async (phones, asterisk) => {
      const number = await phones.carrierTakes('answers');
      const called = await phones.plugIn('193', 'obeys');
      return async () => {
        const uri = `sip:${number}@${carrierHost}:${number.slice(-5)}`;
        await asterisk.console(`channel originate PJSIP/trunk-carrier/${uri} extension 193@phones`);
        const line = await called.line();
        await after(500);
        await line.hangUp();
      };
    },
  },
  {
    name: 'ended-by-pbx',
    says: '101 calls 116, which answers; an administrator ends the call at the PBX.',
    prepare: async (phones, asterisk) => {
      await phones.plugIn('116', 'answers');
      return async () => {
        const call = phones.phoneCalls('101', '116', { kind: 'waits for the end' });
        await asterisk.until('core show channels', upChannel('116'));
        const channels = await asterisk.console('core show channels concise');
        const channel = /^(PJSIP\/101-\w+)!phones!116!/m.exec(channels)?.[1];
        await asterisk.console(`channel request hangup ${channel}`);
        await call;
      };
    },
  },
];
