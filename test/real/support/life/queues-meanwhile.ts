/** Callers who wait in a queue, and whom an agent takes, or who leave it otherwise, while nobody listens. */
import assert from 'node:assert/strict';
import type { NewEvent } from '../../../../src/model/event.ts';
import type { RealAsterisk } from '../asterisk.ts';
import type { Line } from '../line.ts';
import { isGone, isUp } from '../scenarios/scenario.ts';
import type { PluggedIn, Phones } from '../sipp.ts';
import type { CalledPlan } from '../sipp-scenarios.ts';

interface Expected {
  /** Why the queue was left, and how its leg and the call ended. */
  readonly reason: string | null;
  readonly leg: string;
  readonly call: string;
  /** What the event that an agent took the call names; null: there is none. */
  readonly agent: { readonly agent: string; readonly agentName: string; readonly agentExtension: string } | null;
}

export interface QueueMeanwhile extends Expected {
  readonly says: string;
  /** Number of the caller, by which the call is known. */
  readonly caller: string;
  /** The last thing told before. */
  readonly ready: NewEvent['type'];
  /** Resolves when it has happened. */
  make(): Promise<void>;
  /** The caller hangs up, if still there. */
  end(): Promise<void>;
}

interface Place {
  readonly asterisk: RealAsterisk;
  readonly alice: Line;
  readonly phone: PluggedIn;
}

interface Case extends Expected {
  readonly says: string;
  readonly queue: string;
  readonly phone: string;
  readonly plan: CalledPlan;
  readonly ready: NewEvent['type'];
  readonly isOver: boolean;
  readonly make: (place: Place) => Promise<unknown>;
}

const nobody = { reason: null, leg: 'lost', call: 'lost', agent: null };
const answered = { reason: 'answered', leg: 'answered', call: 'answered' };
const named = (number: string) => ({
  agent: `PJSIP/${number}`,
  agentName: `Agent ${number}`,
  agentExtension: number,
});
/** The caller has no channel any more. */
const callerIsGone = async ({ asterisk, alice }: Place): Promise<void> => {
  const channel = await alice.channel();
  await asterisk.until('core show channels concise', new RegExp(`^(?![\\s\\S]*${channel}!)`));
};

/** Those that wait for a few seconds only come last. */
const cases: readonly Case[] = [
  {
    ...nobody,
    ...{ says: 'the caller hangs up', queue: '205', phone: '160', plan: 'rings', ready: 'queue.agent_ringing' },
    isOver: true,
    make: async (place) => {
      await place.alice.channel();
      await place.alice.hangUp();
      await callerIsGone(place);
    },
  },
  {
    ...answered,
    ...{ says: 'an agent joins, is called and answers', queue: '291', phone: '164', plan: 'obeys' },
    ready: 'queue.joined',
    isOver: false,
    agent: named('164'),
    make: async ({ asterisk, phone }) => {
      await asterisk.action('QueueAdd', { Queue: 'q291', Interface: 'PJSIP/164', MemberName: 'Agent 164' });
      await phone.line();
      await isUp(asterisk, '164');
    },
  },
  {
    ...nobody,
    ...{ says: 'its time is up, and the call is over', queue: '243', phone: '165', plan: 'rings' },
    ready: 'queue.agent_ringing',
    isOver: true,
    make: callerIsGone,
  },
  {
    ...{ says: 'its time is up, and the call goes on', queue: '244', phone: '166', plan: 'rings' },
    ...{ reason: 'timeout', leg: 'no_answer', call: 'no_answer', agent: null },
    ready: 'queue.agent_ringing',
    isOver: false,
    make: async ({ asterisk }) => {
      await asterisk.until('core show channels', /244@\S+:\d+\s+\S+\s+Wait\(/);
      await isGone(asterisk, '166');
    },
  },
  {
    ...answered,
    ...{ says: 'the agent who rings answers', queue: '209', phone: '195', plan: 'answersLate' },
    ready: 'queue.agent_ringing',
    isOver: false,
    agent: named('195'),
    make: async ({ asterisk, phone }) => {
      await phone.line();
      await isUp(asterisk, '195');
    },
  },
];

export const isOf = ({ caller }: QueueMeanwhile, { call }: NewEvent): boolean => call?.from.number === `+${caller}`;

export const isReady = (events: readonly NewEvent[], one: QueueMeanwhile): boolean =>
  events.some((event) => isOf(one, event) && event.type === one.ready);

/** The call is told to its end: `since` is what was told after the break. */
export function assertTold(since: readonly NewEvent[], one: QueueMeanwhile): void {
  const own = since.filter((event) => isOf(one, event));
  const find = (type: NewEvent['type'], role?: string): NewEvent | undefined =>
    own.find((event) => event.type === type && (role === undefined || event.leg?.role === role));
  const left = find('queue.left');
  assert.deepEqual([left?.data['reason'], left?.data['estimated']], [one.reason, true], `queue.left: ${one.says}`);
  const leg = find('leg.ended', 'queue');
  assert.deepEqual([leg?.leg?.outcome, leg?.data['estimated']], [one.leg, true], `the queue's leg: ${one.says}`);
  assert.equal(find('call.closed')?.call?.outcome, one.call, one.says);
  assert.equal(find('queue.agent_missed'), undefined, one.says);
  const answer = find('queue.answered');
  const names = answer && one.agent && Object.keys(one.agent).map((name) => answer.data[name]);
  assert.deepEqual(names ?? null, one.agent && Object.values(one.agent), one.says);
  assert.equal(answer?.data['estimated'], one.agent ? true : undefined, one.says);
}

/** The last is the one that waits for the shortest time. */
export async function beforeQueues(phones: Phones, asterisk: RealAsterisk): Promise<readonly QueueMeanwhile[]> {
  const plugged: PluggedIn[] = [];
  for (const { phone, plan } of cases) plugged.push(await phones.plugIn(phone, plan));
  const ready: QueueMeanwhile[] = [];
  for (const [index, { queue, isOver, make, ...facts }] of cases.entries()) {
    const caller = `1215701${2200 + index}`;
    const alice = await phones.carrierDials(caller, `3125555${queue}`);
    const place = { asterisk, alice, phone: plugged[index] as PluggedIn };
    await alice.channel();
    const end = async (): Promise<void> => {
      if (!isOver) await alice.hangUp();
    };
    ready.push({ ...facts, caller, make: async () => void (await make(place)), end });
  }
  return ready;
}
