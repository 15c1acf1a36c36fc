/** Agents who log in and out, pause, and take calls. */
import type { PeopleScenario } from './people.ts';
import { after, isGone, isUp, outsider } from './scenario.ts';

/** So that two changes are two moments, however the PBX's threads run. */
const pauseMs = 100;

export const agents: readonly PeopleScenario[] = [
  {
    name: 'agent-day',
    says: 'The agent at 901 joins the queue q291, then q292, pauses in both for lunch, comes back to one, to the other, and leaves both.',
    extensions: ['901'],
    types: ['agent.state_changed'],
    prepare: async (phones, asterisk) => {
      await phones.plugIn('901', 'answers');
      const Interface = 'PJSIP/901';
      const doing = async (action: string, fields: Readonly<Record<string, string>>): Promise<void> => {
        await asterisk.action(action, { Interface, ...fields });
        await after(pauseMs);
      };
      return async () => {
        await doing('QueueAdd', { Queue: 'q291', MemberName: 'Agent 901' });
        await doing('QueueAdd', { Queue: 'q292', MemberName: 'Agent 901' });
        await doing('QueuePause', { Queue: 'q291', Paused: 'true', Reason: 'lunch' });
        await doing('QueuePause', { Queue: 'q292', Paused: 'true', Reason: 'lunch' });
        await doing('QueuePause', { Queue: 'q291', Paused: 'false' });
        await doing('QueuePause', { Queue: 'q292', Paused: 'false' });
        await doing('QueueRemove', { Queue: 'q291' });
        await doing('QueueRemove', { Queue: 'q292' });
      };
    },
  },
  {
    name: 'agent-takes-a-call',
    says: 'The agent at 902 joins the queue q294, which calls; 902 answers Alice, and is free again when she has hung up.',
    extensions: ['902'],
    types: ['agent.state_changed'],
    prepare: async (phones, asterisk) => {
      await phones.plugIn('902', 'answers');
      return async () => {
        await asterisk.action('QueueAdd', { Queue: 'q294', Interface: 'PJSIP/902', MemberName: 'Agent 902' });
        const alice = await phones.carrierDials(outsider, '3125555294');
        await isUp(asterisk, '902');
        await after(300);
        await alice.hangUp();
        await isGone(asterisk, '902');
      };
    },
  },
  {
    name: 'agent-signs-on',
    says: 'Ann, an agent of a pool, signs on at the phone 910, is called by her queue q293 and hears Alice, and signs off.',
    extensions: ['910'],
    types: ['agent.state_changed'],
    prepare: async (phones, asterisk) => async () => {
      const ann = await phones.dial('910', '930');
      await asterisk.until('queue show q293', /Not in use/);
      const alice = await phones.carrierDials(outsider, '3125555293');
      await after(1_500);
      await alice.hangUp();
      await after(500);
      await ann.hangUp();
      await isGone(asterisk, '910');
    },
  },
];
