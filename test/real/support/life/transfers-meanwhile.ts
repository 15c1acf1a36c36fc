/** Calls in which somebody asks, or may send the other one on, and does so while nobody listens. */
import assert from 'node:assert/strict';
import type { Transfer } from '../../../../src/model/call.ts';
import type { NewEvent } from '../../../../src/model/event.ts';
import type { RealAsterisk } from '../asterisk.ts';
import type { Line } from '../line.ts';
import { after, isGone, isUp, rings } from '../scenarios/scenario.ts';
import type { Phones } from '../sipp.ts';

export interface TransferMeanwhile {
  readonly says: string;
  /** Number of the outside party, by which the call is known. */
  readonly caller: string;
  /** What is to be told, in order: what of the transfer itself, and which devices are gone. */
  readonly told: readonly string[];
  /** What the transfer is to say: kind, who sent the call on, and to whom. */
  readonly kind: Transfer['kind'];
  readonly by: string;
  readonly target: string;
  /** Resolves when the transferer has done it. */
  make(): Promise<void>;
  /** The outside party hangs up. */
  end(): Promise<void>;
}

type Facts = Pick<TransferMeanwhile, 'says' | 'told' | 'kind' | 'by' | 'target'>;
/** Brings the call to where the transfer can be made; answers how it is. */
type Prepare = (place: Place) => Promise<() => Promise<void>>;

const isTold = /^(transfer\.|leg\.(answered|resumed|ended))/;

export const isOf = ({ caller }: TransferMeanwhile, { call }: NewEvent): boolean => call?.from.number === `+${caller}`;

/** Whoever is asked has answered, or rings; who is not asked yet talks. */
export function isReady(events: readonly NewEvent[], transfer: TransferMeanwhile): boolean {
  if (transfer.kind === null) return events.some((event) => isOf(transfer, event) && event.type === 'call.answered');
  const type = transfer.kind === 'attended' ? 'leg.answered' : 'leg.ringing';
  return events.some((event) => event.type === type && event.extension === transfer.target);
}

/** `found`: what was told when it was asked what there is. */
export function assertFound(found: readonly NewEvent[], transfer: TransferMeanwhile): void {
  const { says, told, kind, by, target } = transfer;
  const own = found.filter((event) => isOf(transfer, event) && isTold.test(event.type));
  const inShort = own.map(({ type, extension }) => (type.startsWith('leg.') ? `${type} ${extension}` : type));
  assert.deepEqual(inShort, told, says);
  for (const { type, leg, data } of own) {
    // The PBX may take a pipe out of the way just when it is asked: then that the two talk is seen.
    if (type !== 'transfer.completed') assert.equal(data['estimated'], true, `${says}: ${type}`);
    if (type === 'leg.ended') assert.equal(leg?.outcome, 'transferred', says);
    if (type.startsWith('transfer.'))
      assert.deepEqual([data['kind'], data['by'], data['target']], [kind, by, target], says);
  }
  const [transferred] = found.findLast((event) => isOf(transfer, event))?.call?.transfers ?? [];
  assert.deepEqual([transferred?.kind, transferred?.by], [kind, by], says);
}

interface Place {
  readonly phones: Phones;
  readonly asterisk: RealAsterisk;
  readonly by: string;
  readonly target: string;
  /** The call of the outside party at the transferer's phone. */
  readonly line: Line;
}

const moment = 300;

const cases: readonly (Facts & { readonly targetPlan: 'answers' | 'rings'; readonly prepare: Prepare })[] = [
  {
    says: 'a phone joins the two it talks with',
    told: ['transfer.started', 'transfer.completed', 'leg.ended 121', 'leg.ended 121'],
    kind: 'attended',
    by: '121',
    target: '131',
    targetPlan: 'answers',
    prepare: async ({ phones, line, by, target }) => {
      await line.hold();
      const second = await phones.dial(by, target);
      return () => line.join(second);
    },
  },
  {
    says: 'a phone lets somebody have its place while it calls another',
    told: ['transfer.started', 'leg.ended 122', 'leg.ended 122'],
    kind: 'semi_attended',
    by: '122',
    target: '113',
    targetPlan: 'rings',
    prepare: async ({ phones, line, by }) => {
      const second = await phones.dialUntilRinging(by, '663');
      return () => line.join(second);
    },
  },
  {
    says: 'somebody who asked by keys hangs up',
    told: ['transfer.completed', 'leg.ended 123'],
    kind: 'attended',
    by: '123',
    target: '133',
    targetPlan: 'answers',
    prepare: async ({ asterisk, line, target }) => {
      await line.press('*2');
      await after(3 * moment);
      await line.press(target);
      await isUp(asterisk, target);
      await after(2 * moment);
      return () => line.hangUp();
    },
  },
  {
    says: 'a phone sends somebody on without asking',
    told: ['transfer.started', 'leg.answered 135', 'transfer.completed', 'leg.ended 125'],
    // Somebody who was asked, and left for while it rang, would look alike.
    kind: null,
    by: '125',
    target: '135',
    targetPlan: 'answers',
    prepare: ({ asterisk, line, target }) =>
      Promise.resolve(async () => {
        await line.refer(target);
        await isUp(asterisk, target);
      }),
  },
  {
    says: 'somebody who asked by keys hangs up while the other one rings',
    told: ['leg.resumed 124'],
    kind: 'semi_attended',
    by: '124',
    target: '114',
    targetPlan: 'rings',
    prepare: async ({ asterisk, line, target }) => {
      await line.press('*2');
      await after(3 * moment);
      await line.press('664#');
      await rings(asterisk, target);
      return () => line.hangUp();
    },
  },
];

/** One after the other: the last is the one that waits for a few seconds only. */
export async function beforeTransfers(phones: Phones, asterisk: RealAsterisk): Promise<readonly TransferMeanwhile[]> {
  const ready: TransferMeanwhile[] = [];
  for (const [index, { prepare, targetPlan, ...facts }] of cases.entries()) {
    const { by, target, kind } = facts;
    const phone = await phones.plugIn(by, 'obeys');
    await phones.plugIn(target, targetPlan);
    const caller = `1215701${2100 + index}`;
    const alice = await phones.carrierDials(caller, `3125550${by}`);
    await isUp(asterisk, by);
    await after(moment);
    const transfer = await prepare({ phones, asterisk, by, target, line: await phone.line() });
    const make = async (): Promise<void> => {
      await transfer();
      // Who left while another rings has a channel until that one answers.
      if (!(kind === 'semi_attended' && facts.says.includes('keys'))) await isGone(asterisk, by);
    };
    ready.push({ ...facts, caller, make, end: () => alice.hangUp() });
  }
  return ready;
}
