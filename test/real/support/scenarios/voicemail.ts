/** Messages that callers leave, and what becomes of them. */
import type { PeopleScenario } from './people.ts';
import { after, isGone, outsider } from './scenario.ts';

/** Long enough to be kept as a message. */
const speakMs = 1_500;

export const voicemail: readonly PeopleScenario[] = [
  {
    name: 'mailbox-left-and-heard',
    says: 'Alice leaves a message in the mailbox of 905, who listens to it and deletes it.',
    extensions: ['905'],
    types: ['voicemail.left', 'mailbox.changed'],
    prepare: async (phones, asterisk) => async () => {
      const alice = await phones.carrierDials(outsider, '3125555915');
      await after(speakMs);
      await alice.hangUp();
      await isGone(asterisk, 'trunk-carrier');
      const owner = await phones.dial('905', '925');
      await after(500);
      // Hear the first, delete it.
      for (const key of ['1', '7']) {
        await owner.press(key);
        await after(1_000);
      }
      await owner.hangUp();
      await isGone(asterisk, '905');
    },
  },
];
