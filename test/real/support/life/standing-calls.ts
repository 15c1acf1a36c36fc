/** Calls that stand in each of the states in which a connection may break, until they are told to end. */
import type { NewEvent } from '../../../../src/model/event.ts';
import type { RealAsterisk } from '../asterisk.ts';
import type { Line } from '../line.ts';
import type { Listening } from '../listening.ts';
import { isGone } from '../scenarios/scenario.ts';
import type { Phones } from '../sipp.ts';

export interface StandingCall {
  readonly state: string;
  /** Id of the call, as it was first told. */
  readonly id: string;
  /** Resolves when the caller is gone. */
  end(): Promise<void>;
}

interface Place {
  readonly phones: Phones;
  readonly asterisk: RealAsterisk;
  readonly listening: Listening;
  /** Number of the caller, by which the call is known. */
  readonly caller: string;
  /** 0 or 1: which of two in the same state. */
  readonly index: number;
}

/** Brings a call into the state; the event that says it is in it, and the lines whose users can end it. */
type Bring = (place: Place) => Promise<{ readonly reached: NewEvent['type']; readonly lines: readonly Line[] }>;

const moment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 300));

const hasAnswered =
  (asked: string) =>
  ({ type, extension }: NewEvent): boolean =>
    type === 'leg.answered' && extension === asked;

/** Two phones for each: those of one state are those of no other. */
const states: Readonly<Record<string, Bring>> = {
  talking: async ({ phones, caller, index }) => {
    await phones.plugIn(`10${1 + index}`, 'answers');
    const alice = await phones.carrierDials(caller, `312555010${1 + index}`);
    return { reached: 'call.answered', lines: [alice] };
  },
  'on hold': async ({ phones, caller, index }) => {
    const phone = await phones.plugIn(`10${3 + index}`, 'obeys');
    const alice = await phones.carrierDials(caller, `312555010${3 + index}`);
    await moment();
    await (await phone.line()).hold();
    return { reached: 'leg.held', lines: [alice] };
  },
  'in a queue': async ({ phones, caller, index }) => {
    if (index === 0) await phones.plugIn('161', 'rings');
    const alice = await phones.carrierDials(caller, '3125555207');
    return { reached: 'queue.joined', lines: [alice] };
  },
  'in a menu': async ({ phones, caller }) => {
    const alice = await phones.carrierDials(caller, '3125555623');
    return { reached: 'call.updated', lines: [alice] };
  },
  parked: async ({ phones, asterisk, caller, index }) => {
    const parker = `10${5 + index}`;
    const phone = await phones.plugIn(parker, 'obeys');
    const alice = await phones.carrierDials(caller, `3125550${parker}`);
    await moment();
    await (await phone.line()).press('#72');
    await isGone(asterisk, parker);
    return { reached: 'park.parked', lines: [alice] };
  },
  'in a room': async ({ phones, caller, index }) => {
    const alice = await phones.carrierDials(caller, `312555530${1 + index}`);
    const bob = await phones.dial(`10${7 + index}`, `30${1 + index}`);
    return { reached: 'conference.joined', lines: [alice, bob] };
  },
  'being transferred': async ({ phones, asterisk, caller, index }) => {
    const transferer = `11${1 + index}`;
    const phone = await phones.plugIn(transferer, 'obeys');
    await phones.plugIn(`11${3 + index}`, 'rings');
    const alice = await phones.carrierDials(caller, `3125550${transferer}`);
    await moment();
    await (await phone.line()).refer(`66${3 + index}`);
    await isGone(asterisk, transferer);
    return { reached: 'transfer.started', lines: [alice] };
  },
  'waiting while a phone asks on a second line': async ({ phones, listening, caller, index }) => {
    const [asking, asked] = [`12${1 + index}`, `13${1 + index}`];
    const phone = await phones.plugIn(asking, 'obeys');
    await phones.plugIn(asked, 'answers');
    const alice = await phones.carrierDials(caller, `3125550${asking}`);
    await moment();
    await (await phone.line()).hold();
    const second = await phones.dial(asking, asked);
    await listening.until(hasAnswered(asked), `${asked} is asked`);
    return { reached: 'leg.held', lines: [alice, second] };
  },
  'waiting while somebody asks by keys': async ({ phones, listening, caller, index }) => {
    const [asking, asked] = [`12${3 + index}`, `13${3 + index}`];
    const phone = await phones.plugIn(asking, 'obeys');
    await phones.plugIn(asked, 'answers');
    const alice = await phones.carrierDials(caller, `3125550${asking}`);
    await moment();
    const line = await phone.line();
    await line.press('*2');
    for (let heard = 0; heard < 3; heard++) await moment();
    await line.press(asked);
    await listening.until(hasAnswered(asked), `${asked} is asked`);
    return { reached: 'transfer.started', lines: [alice, line] };
  },
};

async function hangUp(asterisk: RealAsterisk, lines: readonly Line[]): Promise<void> {
  for (const line of lines) {
    const channel = await line.channel();
    await line.hangUp();
    await asterisk.until('core show channels concise', new RegExp(`^(?![\\s\\S]*${channel}!)`));
  }
}

/** Two calls in each state, all at once: the first of each is meant to go on, the second to end. */
export async function standInAllStates(
  phones: Phones,
  asterisk: RealAsterisk,
  listening: Listening,
): Promise<{ readonly stay: StandingCall[]; readonly go: StandingCall[] }> {
  const all = Object.keys(states).flatMap((state, place) => [0, 1].map((index) => ({ state, index, place })));
  const calls = await Promise.all(
    all.map(async ({ state, index, place }): Promise<StandingCall> => {
      const caller = `1215701${2000 + 2 * place + index}`;
      const { reached, lines } = await (states[state] as Bring)({ phones, asterisk, listening, caller, index });
      const isThis = ({ type, call }: NewEvent): boolean => type === reached && call?.from.number === `+${caller}`;
      const event = await listening.until(isThis, `a call is ${state}: ${reached}`);
      return { state, id: event.call?.id ?? '', end: () => hangUp(asterisk, lines) };
    }),
  );
  return { stay: calls.filter((_, at) => at % 2 === 0), go: calls.filter((_, at) => at % 2 === 1) };
}
