/** Text messages between phones, and with outside. */
import type { PeopleScenario } from './people.ts';
import { after, outsider } from './scenario.ts';

const settleMs = 300;

export const messages: readonly PeopleScenario[] = [
  {
    name: 'messages',
    says: '906 writes to 908, then to a number outside; Alice writes to 908; 906 writes to 909, which is not plugged in.',
    extensions: ['906', '908', '909'],
    types: ['message.sent', 'message.received'],
    prepare: async (phones) => {
      await phones.plugIn('906', 'takesMessages');
      await phones.plugIn('908', 'takesMessages');
      const number = await phones.carrierTakes('takesMessages');
      const settled = async (sent: Promise<void>): Promise<void> => {
        await sent;
        await after(settleMs);
      };
      return async () => {
        await settled(phones.phoneWrites('906', '908', 'Hello, J\u00f6rg: is it ready?'));
        await settled(phones.phoneWrites('906', number, 'On its way.'));
        await settled(phones.carrierWrites(outsider, '3125555908', 'Thank you!'));
        await settled(phones.phoneWrites('906', '909', 'Are you there?'));
      };
    },
  },
];
