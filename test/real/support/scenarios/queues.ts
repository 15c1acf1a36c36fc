/** Callers who wait for an agent. */
import type { RealAsterisk } from '../asterisk.ts';
import type { Line } from '../line.ts';
import { after, type CallScenario, isUp, outsider, rings } from './scenario.ts';

/** The menu plays, so a key is heard. */
const hearsMenu = async (asterisk: RealAsterisk, line: Line): Promise<void> =>
  asterisk.until(`core show channel ${await line.channel()}`, /Application:\s*BackGround/i);

export const queues: readonly CallScenario[] = [
  {
    name: 'queue-ringall',
    says: 'Alice calls the queue 201: 151, 152 and 153 ring, 152 answers; she hangs up.',
    prepare: async (phones, asterisk) => {
      await phones.plugIn('151', 'rings');
      await phones.plugIn('152', 'answers');
      await phones.plugIn('153', 'rings');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125555201');
        await isUp(asterisk, '152');
        await after(500);
        await alice.hangUp();
      };
    },
  },
  {
    name: 'queue-rrmemory',
    says: 'Alice calls the queue 202, whose agents ring in turn: 154 and 155 let it ring, 156 answers and hangs up.',
    prepare: async (phones) => {
      await phones.plugIn('154', 'rings');
      await phones.plugIn('155', 'rings');
      const agent = await phones.plugIn('156', 'obeys');
      return async () => {
        await phones.carrierDials(outsider, '3125555202');
        const line = await agent.line();
        await after(500);
        await line.hangUp();
      };
    },
  },
  {
    name: 'queue-through-local',
    says: 'Alice calls the queue 203, whose agents are reached through the dialplan: 157 lets it ring, 158 answers.',
    prepare: async (phones, asterisk) => {
      await phones.plugIn('157', 'rings');
      await phones.plugIn('158', 'answers');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125555203');
        await isUp(asterisk, '158');
        await after(800);
        await alice.hangUp();
      };
    },
  },
  {
    name: 'queue-abandoned',
    says: 'Alice calls the queue 207 and hangs up while 161 rings.',
    prepare: async (phones, asterisk) => {
      await phones.plugIn('161', 'rings');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125555207');
        await rings(asterisk, '161');
        await after(300);
        await alice.hangUp();
      };
    },
  },
  {
    name: 'queue-timed-out',
    says: 'Alice calls the queue 241, which gives up after two seconds.',
    prepare: async (phones, asterisk) => {
      await phones.plugIn('162', 'rings');
      return async () => {
        await phones.carrierDials(outsider, '3125555241');
        await rings(asterisk, '162');
      };
    },
  },
  {
    name: 'queue-key',
    says: 'Alice calls the queue 242 and presses 1, which leads her out of it.',
    prepare: async (phones, asterisk) => {
      await phones.plugIn('163', 'rings');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125555242');
        await rings(asterisk, '163');
        await alice.press('1');
        await asterisk.until('core show channels', /queue-keys/);
        await after(300);
        await alice.hangUp();
      };
    },
  },
  {
    name: 'queue-local-optimised',
    says: 'Alice calls the queue 208, whose agent is reached through a Local channel that optimises itself away.',
    prepare: async (phones, asterisk) => {
      await phones.plugIn('194', 'answers');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125555208');
        await isUp(asterisk, '194');
        await after(1500);
        await alice.hangUp();
      };
    },
  },
  {
    name: 'queue-announced',
    says: 'Alice calls the queue 212, which tells the agent 941 something first: 941 hangs up meanwhile, is called again, listens, and talks to her.',
    prepare: async (phones, asterisk) => {
      const agent = await phones.plugIn('941', 'obeys');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125555212');
        await (await agent.line()).hangUp();
        const channel = await (await agent.line(1)).channel();
        await asterisk.until(`core show channel ${channel}`, /Bridge ID: [0-9a-f-]{36}/);
        await after(500);
        await alice.hangUp();
      };
    },
  },
  {
    name: 'menu-then-agent',
    says: 'Alice hears the menu of 621 and presses 1, which rings 189; 189 answers; she hangs up.',
    prepare: async (phones, asterisk) => {
      await phones.plugIn('189', 'answers');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125555621');
        await hearsMenu(asterisk, alice);
        await alice.press('1');
        await isUp(asterisk, '189');
        await after(500);
        await alice.hangUp();
      };
    },
  },
  {
    name: 'menu-then-queue',
    says: 'Alice hears the menu of 621, presses 2 and waits in the queue 209; 195 answers and hangs up.',
    prepare: async (phones, asterisk) => {
      const agent = await phones.plugIn('195', 'obeys');
      return async () => {
        const alice = await phones.carrierDials('12157010681', '3125555621');
        await hearsMenu(asterisk, alice);
        await alice.press('2');
        const line = await agent.line();
        await after(500);
        await line.hangUp();
      };
    },
  },
  {
    name: 'queue-empty',
    says: 'Alice calls the queue 206, in which there are no agents.',
    prepare: (phones) => Promise.resolve(() => phones.carrierDials(outsider, '3125555206')),
  },
];
