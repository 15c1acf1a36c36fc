/** Phones that come and go, and what people set for others to see. */
import type { PeopleScenario } from './people.ts';
import { after, isGone, isUp } from './scenario.ts';

const pauseMs = 100;

export const presence: readonly PeopleScenario[] = [
  {
    name: 'presence-phone',
    says: 'The phone 903 is plugged in, called by 907, answers, is free again when 907 has hung up, and is unplugged.',
    extensions: ['903'],
    types: ['presence.changed'],
    prepare: async (phones, asterisk) => async () => {
      const phone = await phones.plugIn('903', 'answers');
      await after(pauseMs);
      const caller = await phones.dial('907', '903');
      await isUp(asterisk, '903');
      await after(pauseMs);
      await caller.hangUp();
      await isGone(asterisk, '903');
      await after(pauseMs);
      await phone.unplug();
    },
  },
  {
    name: 'presence-set',
    says: 'Who sits at 904, which others watch, says to be away, then not to be disturbed, then neither.',
    extensions: ['904'],
    types: ['presence.changed'],
    prepare: async (phones, asterisk) => {
      await phones.plugIn('904', 'answers');
      const set = async (Variable: string, Value: string): Promise<void> => {
        await asterisk.action('Setvar', { Variable, Value });
        await after(pauseMs);
      };
      return async () => {
        await set('PRESENCE_STATE(CustomPresence:904)', 'away,,back at two');
        await set('DEVICE_STATE(Custom:DND904)', 'BUSY');
        await set('PRESENCE_STATE(CustomPresence:904)', 'available');
        await set('DEVICE_STATE(Custom:DND904)', 'NOT_INUSE');
      };
    },
  },
];
