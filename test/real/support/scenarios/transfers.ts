/** A call that is sent on: blind and attended, by the phone's own means (REFER) and by keys. */
import type { Line } from '../line.ts';
import { after, type CallScenario, isGone, isUp, outsider, rings, talksOutside } from './scenario.ts';

const moment = 300;
/** How long the PBX waits for a number to send the call on to (`features.conf`). */
const digitsWithinMs = 3_000;
/** Within that time a transfer that cannot be is told to who wanted it, and the others are there again. */
const backAgainMs = 2_000;

/** The PBX says that it listens before it takes a number. */
async function pressAndDial(line: Line, keys: string, number: string): Promise<void> {
  await line.press(keys);
  await after(3 * moment);
  await line.press(number);
}

export const transfers: readonly CallScenario[] = [
  {
    name: 'blind-refer',
    says: 'Alice calls 121, whose phone sends her on to 122; she talks to 122 and hangs up.',
    prepare: async (phones, asterisk) => {
      const phone = await phones.plugIn('121', 'obeys');
      await phones.plugIn('122', 'answers');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125550121');
        await after(moment);
        await (await phone.line()).refer('122');
        await isUp(asterisk, '122');
        await after(moment);
        await alice.hangUp();
        await isGone(asterisk, '122');
      };
    },
  },
  {
    name: 'blind-refer-outside',
    says: 'Alice calls 123, whose phone sends her on to a number outside; she hangs up after talking.',
    prepare: async (phones, asterisk) => {
      const phone = await phones.plugIn('123', 'obeys');
      const number = await phones.carrierTakes('answers');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125550123');
        await after(moment);
        await (await phone.line()).refer(number);
        await isGone(asterisk, '123');
        await after(3 * moment);
        await alice.hangUp();
      };
    },
  },
  {
    name: 'blind-refer-to-queue',
    says: 'Alice calls 124, whose phone sends her on to the queue 204; agent 159 answers, she hangs up.',
    prepare: async (phones, asterisk) => {
      const phone = await phones.plugIn('124', 'obeys');
      await phones.plugIn('159', 'answers');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125550124');
        await after(moment);
        await (await phone.line()).refer('204');
        await isUp(asterisk, '159');
        await after(moment);
        await alice.hangUp();
      };
    },
  },
  {
    name: 'blind-refer-unanswered',
    says: 'Alice calls 126, whose phone sends her on to 127; nobody answers there, and the PBX ends the call.',
    prepare: async (phones, asterisk) => {
      const phone = await phones.plugIn('126', 'obeys');
      await phones.plugIn('127', 'rings');
      return async () => {
        await phones.carrierDials(outsider, '3125550126');
        await after(moment);
        await (await phone.line()).refer('127');
        await rings(asterisk, '127');
      };
    },
  },
  {
    name: 'blind-refer-cancelled',
    says: 'Alice calls 128, whose phone sends her on to 129; she hangs up while it rings.',
    prepare: async (phones, asterisk) => {
      const phone = await phones.plugIn('128', 'obeys');
      await phones.plugIn('129', 'rings');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125550128');
        await after(moment);
        await (await phone.line()).refer('129');
        await rings(asterisk, '129');
        await after(moment);
        await alice.hangUp();
      };
    },
  },
  {
    name: 'blind-refer-by-caller',
    says: '130 calls 131 and sends it on to 132; the two talk, 132 hangs up.',
    prepare: async (phones, asterisk) => {
      await phones.plugIn('131', 'answers');
      const target = await phones.plugIn('132', 'obeys');
      return async () => {
        const line = await phones.dial('130', '131');
        await after(moment);
        await line.refer('132');
        await isUp(asterisk, '132');
        await after(moment);
        await (await target.line()).hangUp();
      };
    },
  },
  {
    name: 'blind-keys',
    says: 'Alice calls 133, who presses #1 134; she talks to 134 and hangs up.',
    prepare: async (phones, asterisk) => {
      const phone = await phones.plugIn('133', 'obeys');
      await phones.plugIn('134', 'answers');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125550133');
        await after(moment);
        await pressAndDial(await phone.line(), '#1', '134');
        await isUp(asterisk, '134');
        await after(moment);
        await alice.hangUp();
      };
    },
  },
  {
    name: 'blind-keys-outside',
    says: 'Alice calls 119, who presses #1 and a number outside; she talks to that one and hangs up.',
    prepare: async (phones, asterisk) => {
      const phone = await phones.plugIn('119', 'obeys');
      const number = await phones.carrierTakes('answers');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125550119');
        await after(moment);
        await pressAndDial(await phone.line(), '#1', `${number}#`);
        await isGone(asterisk, '119');
        await after(4 * moment);
        await alice.hangUp();
      };
    },
  },
  {
    name: 'blind-keys-to-queue',
    says: 'Alice calls 125, who presses #1 210, which is a queue; agent 150 answers, she hangs up.',
    prepare: async (phones, asterisk) => {
      const phone = await phones.plugIn('125', 'obeys');
      await phones.plugIn('150', 'answers');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125550125');
        await after(moment);
        await pressAndDial(await phone.line(), '#1', '210');
        await isUp(asterisk, '150');
        await after(2 * moment);
        await alice.hangUp();
      };
    },
  },
  {
    name: 'blind-keys-to-nobody',
    says: 'Alice calls 175, who presses #1 499, a number that there is not, and has her back; she hangs up.',
    prepare: async (phones) => {
      const phone = await phones.plugIn('175', 'obeys');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125550175');
        await after(moment);
        await pressAndDial(await phone.line(), '#1', '499#');
        await after(backAgainMs);
        await alice.hangUp();
      };
    },
  },
  {
    name: 'blind-keys-unreachable',
    says: 'Alice calls 191, who presses #1 949, a phone that is not plugged in; the PBX ends the call.',
    prepare: async (phones, asterisk) => {
      const phone = await phones.plugIn('191', 'obeys');
      return async () => {
        await phones.carrierDials(outsider, '3125550191');
        await after(moment);
        await pressAndDial(await phone.line(), '#1', '949');
        await isGone(asterisk, '191');
      };
    },
  },
  {
    name: 'blind-keys-no-number',
    says: 'Alice calls 179, who presses #1 and then nothing, and has her back after a while; she hangs up.',
    prepare: async (phones) => {
      const phone = await phones.plugIn('179', 'obeys');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125550179');
        await after(moment);
        await (await phone.line()).press('#1');
        await after(digitsWithinMs + backAgainMs);
        await alice.hangUp();
      };
    },
  },
  {
    name: 'blind-keys-hung-up',
    says: 'Alice calls 192, who presses #1 and hangs up without a number, which ends the call.',
    prepare: async (phones, asterisk) => {
      const phone = await phones.plugIn('192', 'obeys');
      return async () => {
        await phones.carrierDials(outsider, '3125550192');
        await after(moment);
        const line = await phone.line();
        await line.press('#1');
        await after(3 * moment);
        await line.hangUp();
        await isGone(asterisk, '192');
      };
    },
  },
  {
    name: 'attended-refer',
    says: 'Alice calls 135; 135 asks 136 on a second line and joins the two; 136 hangs up.',
    prepare: async (phones, asterisk) => {
      const phone = await phones.plugIn('135', 'obeys');
      const target = await phones.plugIn('136', 'obeys');
      return async () => {
        await phones.carrierDials(outsider, '3125550135');
        await after(moment);
        const first = await phone.line();
        await first.hold();
        const second = await phones.dial('135', '136');
        await after(moment);
        await first.join(second);
        await isGone(asterisk, '135');
        await after(moment);
        await (await target.line()).hangUp();
      };
    },
  },
  {
    name: 'attended-keys',
    says: 'Alice calls 137, who presses *2 138, talks to 138 and hangs up, which joins the two; Alice hangs up.',
    prepare: async (phones, asterisk) => {
      const phone = await phones.plugIn('137', 'obeys');
      await phones.plugIn('138', 'answers');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125550137');
        await after(moment);
        const line = await phone.line();
        await pressAndDial(line, '*2', '138');
        await isUp(asterisk, '138');
        await after(2 * moment);
        await line.hangUp();
        await after(2 * moment);
        await alice.hangUp();
      };
    },
  },
  {
    name: 'attended-keys-three-way',
    says: 'Alice calls 139, who presses *2 140 and then *3, so that all three talk; 139 leaves, later Alice.',
    prepare: async (phones, asterisk) => {
      const phone = await phones.plugIn('139', 'obeys');
      await phones.plugIn('140', 'answers');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125550139');
        await after(moment);
        const line = await phone.line();
        await pressAndDial(line, '*2', '140');
        await isUp(asterisk, '140');
        await after(2 * moment);
        await line.press('*3');
        await after(3 * moment);
        await line.hangUp();
        await after(2 * moment);
        await alice.hangUp();
      };
    },
  },
  {
    name: 'attended-keys-unanswered',
    says: 'Alice calls 164, who presses *2 165; nobody answers there, 164 has Alice back; she hangs up.',
    prepare: async (phones, asterisk) => {
      const phone = await phones.plugIn('164', 'obeys');
      await phones.plugIn('165', 'rings');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125550164');
        await after(moment);
        await pressAndDial(await phone.line(), '*2', '165');
        await rings(asterisk, '165');
        await isGone(asterisk, '165');
        await after(3 * moment);
        await alice.hangUp();
      };
    },
  },
  {
    name: 'attended-keys-taken-back',
    says: 'Alice calls 166, who presses *2 167, talks to 167, and takes Alice back with *1; she hangs up.',
    prepare: async (phones, asterisk) => {
      const phone = await phones.plugIn('166', 'obeys');
      await phones.plugIn('167', 'answers');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125550166');
        await after(moment);
        const line = await phone.line();
        await pressAndDial(line, '*2', '167');
        await isUp(asterisk, '167');
        await after(2 * moment);
        await line.press('*1');
        await isGone(asterisk, '167');
        await after(2 * moment);
        await alice.hangUp();
      };
    },
  },
  {
    name: 'attended-keys-to-queue',
    says: 'Alice calls 197, who presses *2 211, which is a queue, and hangs up while agent 196 rings; 196 answers, she hangs up.',
    prepare: async (phones, asterisk) => {
      const phone = await phones.plugIn('197', 'obeys');
      await phones.plugIn('196', 'answersLate');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125550197');
        await after(moment);
        const line = await phone.line();
        await pressAndDial(line, '*2', '211');
        await rings(asterisk, '196');
        await after(moment);
        await line.hangUp();
        await isUp(asterisk, '196');
        await after(2 * moment);
        await alice.hangUp();
      };
    },
  },
  {
    name: 'attended-keys-to-menu',
    says: 'Alice calls 198, who presses *2 600, hears the menu there, and hangs up, so that she hears it; she hangs up.',
    prepare: async (phones, asterisk) => {
      const phone = await phones.plugIn('198', 'obeys');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125550198');
        await after(moment);
        const line = await phone.line();
        await pressAndDial(line, '*2', '600');
        await asterisk.until('core show channels concise', /Local\/600@phones-[^\n]*;1![^\n]*!Up!/);
        await after(2 * moment);
        await line.hangUp();
        await isGone(asterisk, '198');
        await after(2 * moment);
        await alice.hangUp();
      };
    },
  },
  {
    name: 'attended-keys-ringing',
    says: 'Alice calls 199, who presses *2 942 and hangs up while it rings; 942 answers, she hangs up.',
    prepare: async (phones, asterisk) => {
      const phone = await phones.plugIn('199', 'obeys');
      await phones.plugIn('942', 'answersLate');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125550199');
        await after(moment);
        const line = await phone.line();
        await pressAndDial(line, '*2', '942');
        await rings(asterisk, '942');
        await after(moment);
        await line.hangUp();
        await isUp(asterisk, '942');
        await after(2 * moment);
        await alice.hangUp();
      };
    },
  },
  {
    name: 'attended-keys-ringing-unanswered',
    says: 'Alice calls 943, who presses *2 944 and hangs up while it rings; nobody answers, 943 is called back and has her again.',
    prepare: async (phones, asterisk) => {
      const phone = await phones.plugIn('943', 'obeys');
      await phones.plugIn('944', 'rings');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125555943');
        await after(moment);
        const line = await phone.line();
        // With its end, so that the PBX does not wait for more of it.
        await pressAndDial(line, '*2', '944#');
        await rings(asterisk, '944');
        await after(moment);
        await line.hangUp();
        await phone.line(1);
        await talksOutside(asterisk, '943');
        await after(2 * moment);
        await alice.hangUp();
        await isGone(asterisk, '943');
      };
    },
  },
  {
    name: 'attended-keys-busy',
    says: 'Alice calls 945, who presses *2 946, which is busy, and has her back; she hangs up.',
    prepare: async (phones) => {
      const phone = await phones.plugIn('945', 'obeys');
      await phones.plugIn('946', 'busy');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125555945');
        await after(moment);
        await pressAndDial(await phone.line(), '*2', '946#');
        await after(backAgainMs);
        await alice.hangUp();
      };
    },
  },
  {
    name: 'attended-refer-ringing',
    says: 'Alice calls 173; 173 calls 174 on a second line and joins the two while it rings; 174 answers, she hangs up.',
    prepare: async (phones, asterisk) => {
      const phone = await phones.plugIn('173', 'obeys');
      await phones.plugIn('174', 'answersLate');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125550173');
        await after(moment);
        const second = await phones.dialUntilRinging('173', '174');
        await (await phone.line()).join(second);
        await isUp(asterisk, '174');
        await after(2 * moment);
        await alice.hangUp();
      };
    },
  },
  {
    name: 'attended-refer-to-queue',
    says: 'Alice calls 168, which waits in the queue 205 on a second line and joins the two; agent 160 answers later.',
    prepare: async (phones, asterisk) => {
      const phone = await phones.plugIn('168', 'obeys');
      await phones.plugIn('160', 'rings');
      return async () => {
        const alice = await phones.carrierDials(outsider, '3125550168');
        await after(moment);
        const first = await phone.line();
        const second = await phones.dial('168', '205');
        await rings(asterisk, '160');
        await after(moment);
        await first.join(second);
        await isGone(asterisk, '168');
        await after(moment);
        await alice.hangUp();
      };
    },
  },
];
