/** Callers whom a queue lets go, or does not let in, and what they get then. */
import { after, type CallScenario, isUp, outsider, rings } from './scenario.ts';

const another = '12157010681';

export const letGo: readonly CallScenario[] = [
  {
    name: 'queue-agents-paused',
    says: 'Alice waits in the queue 221; its only agent, 951, lets it ring and goes on a break meanwhile; the queue lets her go, to a mailbox, where she leaves a message.',
    prepare: async (phones, asterisk) => {
      await phones.plugIn('951', 'rings');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125555221');
        await rings(asterisk, '951');
        await asterisk.action('QueuePause', { Queue: 'q221', Interface: 'PJSIP/951', Paused: 'true', Reason: 'lunch' });
        await asterisk.until(`core show channel ${await alice.channel()}`, /Application:\s*VoiceMail/i);
        await after(2_000);
        await alice.hangUp();
        await asterisk.action('QueuePause', { Queue: 'q221', Interface: 'PJSIP/951', Paused: 'false' });
      };
    },
  },
  {
    name: 'queue-agent-logged-out',
    says: 'Alice waits in the queue 222; its only agent, 952, logs out while the phone rings, and it rings out; the queue lets her go, to a mailbox, and she hangs up.',
    prepare: async (phones, asterisk) => {
      await phones.plugIn('952', 'rings');
      await asterisk.action('QueueAdd', { Queue: 'q222', Interface: 'PJSIP/952', MemberName: 'Agent 952' });
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125555222');
        await rings(asterisk, '952');
        await asterisk.action('QueueRemove', { Queue: 'q222', Interface: 'PJSIP/952' });
        await asterisk.until(`core show channel ${await alice.channel()}`, /Application:\s*VoiceMail/i);
        await alice.hangUp();
      };
    },
  },
  {
    name: 'queue-full',
    says: 'Alice waits in the queue 223, which takes one caller; another comes, is not let in, and gets 955, who answers; both callers hang up.',
    prepare: async (phones, asterisk) => {
      await phones.plugIn('953', 'rings');
      await phones.plugIn('955', 'answers');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125555223');
        await rings(asterisk, '953');
        const other = await phones.carrierDials(another, '3125555223');
        await isUp(asterisk, '955');
        await after(500);
        await other.hangUp();
        await after(200);
        await alice.hangUp();
      };
    },
  },
  {
    name: 'queue-withdrawn',
    says: 'Alice waits in the queue 224, where 954 rings; a supervisor takes her out of it, she hears that nobody has time, and is let go.',
    prepare: async (phones, asterisk) => {
      await phones.plugIn('954', 'rings');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125555224');
        await rings(asterisk, '954');
        const channel = await alice.channel();
        await asterisk.action('QueueWithdrawCaller', { Queue: 'q224', Caller: channel });
        await asterisk.until(`core show channel ${channel}`, /Context:\s*let-go/);
        await after(500);
        await alice.hangUp();
      };
    },
  },
];
