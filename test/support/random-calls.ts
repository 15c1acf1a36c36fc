/** Random but plausible streams of signals: several calls of many kinds, interleaved. */
import * as fc from 'fast-check';
import type { ChannelFacts, Signal } from '../../src/calls/signal.ts';
import { noOrigin } from '../../src/model/call.ts';
import { partBy, PbxScript, scriptStart } from './pbx-script.ts';

type Device = 'extension' | 'trunk';
const failures = ['busy', 'no_answer', 'unreachable', 'congested', 'rejected'] as const;
const causes = [0, 16, 17, 18, 19, 20, 21, 26, 27, 34, 127, null] as const;

export interface CallPlan {
  readonly caller: Device;
  readonly originated: boolean;
  /** Originated as software ordered it, which the tracker was told. */
  readonly ordered: boolean;
  readonly service: 'none' | 'ivr' | 'queue' | 'voicemail';
  /** Who is called, all at once. */
  readonly targets: readonly { readonly device: Device; readonly pipe: boolean; readonly rings: boolean }[];
  /** Which target picks up; past the last: nobody. */
  readonly winner: number;
  readonly failure: (typeof failures)[number];
  readonly cause: (typeof causes)[number];
  readonly callerGivesUp: boolean;
  readonly holds: number;
  readonly optimised: boolean;
  readonly calledHangsUp: boolean;
  readonly bridgeFirst: boolean;
}

const device = fc.constantFrom<Device>('extension', 'trunk');
const plan: fc.Arbitrary<CallPlan> = fc.record({
  caller: device,
  originated: fc.boolean(),
  ordered: fc.boolean(),
  service: fc.constantFrom('none', 'none', 'ivr', 'queue', 'voicemail'),
  targets: fc.array(fc.record({ device, pipe: fc.boolean(), rings: fc.boolean() }), { maxLength: 3 }),
  winner: fc.nat({ max: 3 }),
  failure: fc.constantFrom(...failures),
  cause: fc.constantFrom(...causes),
  callerGivesUp: fc.boolean(),
  holds: fc.nat({ max: 3 }),
  optimised: fc.boolean(),
  calledHangsUp: fc.boolean(),
  bridgeFirst: fc.boolean(),
});

interface Target {
  readonly id: string;
  /** What the caller's dial, and its bridge, lead to. */
  readonly near: string;
  /** What dials the device, and shares its bridge. */
  readonly far: string;
  readonly pipe: boolean;
  readonly rings: boolean;
}

/** The signals of one planned call; all its ids begin with `name`. */
export function callOfPlan(plan: CallPlan, name: string): Signal[] {
  const script = new PbxScript();
  const caller = `${name}-a`;
  beginCall(script, caller, plan);
  if (plan.service !== 'none') script.state(caller, 'up').service(caller, plan.service, 'main');
  const targets = plan.targets.map((target, index) => dialTarget(script, caller, `${name}-${index}`, target));
  const winner = targets[plan.winner];
  if (winner) talk(script, caller, winner, targets, plan);
  else giveUp(script, caller, targets, plan);
  return script.signals;
}

function beginCall(script: PbxScript, caller: string, plan: CallPlan): void {
  const trunk = plan.caller === 'trunk';
  const from = trunk ? '12157010680' : '101';
  const to = trunk ? '13125550100' : '102';
  const device = trunk ? 'PJSIP/trunk-in' : 'PJSIP/101';
  if (plan.originated && plan.ordered) order(script, caller, device, from, to);
  script.channel(caller, { device, state: plan.originated ? 'down' : 'ring', from, to });
  if (!plan.originated) return;
  script.dial(null, caller).state(caller, 'ringing').dialEnd(null, caller, 'answered').state(caller, 'up');
}

function order(script: PbxScript, caller: string, device: string, from: string, to: string): void {
  const channel: ChannelFacts = {
    ...{ id: caller, linkedId: caller, device, kind: 'device', state: 'down', callerNumber: from, callerName: null },
    ...{ connectedNumber: null, connectedName: null, dialledNumber: to, context: null, accountCode: null },
  };
  const origin = { ...noOrigin, source: 'api', requestId: caller, onBehalfOf: '105' } as const;
  script.say({ kind: 'call.ordered', channel, dialString: device, from, to, origin });
}

function dialTarget(script: PbxScript, caller: string, name: string, plan: CallPlan['targets'][number]): Target {
  const id = `${name}-b`;
  const [near, far] = plan.pipe ? [`${name}-l1`, `${name}-l2`] : [id, caller];
  if (plan.pipe) {
    for (const half of [near, far]) script.channel(half, { pipe: true, linkedId: caller, device: 'Local/x' });
    script.pipe(near, far).dial(caller, near);
  }
  const device = plan.device === 'trunk' ? 'PJSIP/trunk-out' : `PJSIP/${200 + (name.length % 10)}`;
  script.channel(id, { device, linkedId: caller, from: '102' }).dial(far, id, '12155551234@trunk-out');
  if (plan.rings) script.state(id, 'ringing');
  return { id, near, far, pipe: plan.pipe, rings: plan.rings };
}

function talk(script: PbxScript, caller: string, winner: Target, all: readonly Target[], plan: CallPlan): void {
  script.state(winner.id, 'up').dialEnd(winner.far, winner.id, 'answered');
  for (const loser of all) if (loser !== winner) drop(script, caller, loser, 'cancelled', 26);
  if (winner.pipe) script.bridge(`${winner.id}-far`, winner.id).bridge(`${winner.id}-far`, winner.far);
  const bridge = `${caller}-b`;
  if (plan.bridgeFirst) script.bridge(bridge, caller).bridge(bridge, winner.near).state(caller, 'up');
  else script.state(caller, 'up').bridge(bridge, winner.near).bridge(bridge, caller);
  for (let index = 0; index < plan.holds; index++) {
    script.say({ kind: index % 2 === 0 ? 'channel.held' : 'channel.resumed', channelId: winner.id });
  }
  if (winner.pipe && plan.optimised) optimise(script, bridge, winner);
  const [first, second] = plan.calledHangsUp ? [winner.id, caller] : [caller, winner.id];
  partBy(script, first, second, bridge);
  if (winner.pipe && !plan.optimised) script.end(winner.near).end(winner.far);
}

function optimise(script: PbxScript, bridge: string, winner: Target): void {
  script.bridge(bridge, winner.id, winner.near).unbridge(`${winner.id}-far`, winner.far);
  script.end(winner.near).end(winner.far);
}

function drop(
  script: PbxScript,
  caller: string,
  target: Target,
  status: 'cancelled' | CallPlan['failure'],
  cause: number | null,
): void {
  script.dialEnd(target.far, target.id, status).end(target.id, cause);
  if (target.pipe) script.dialEnd(caller, target.near, status).end(target.near).end(target.far);
}

function giveUp(script: PbxScript, caller: string, targets: readonly Target[], plan: CallPlan): void {
  if (plan.callerGivesUp) script.hangUp(caller);
  for (const target of targets)
    drop(script, caller, target, plan.callerGivesUp ? 'cancelled' : plan.failure, plan.cause);
  script.end(caller, plan.cause);
}

/** Signals of one to four calls, each in its order, mixed; times grow by up to two seconds a step. */
export const randomCalls: fc.Arbitrary<Signal[]> = fc
  .record({
    plans: fc.array(plan, { minLength: 1, maxLength: 4 }),
    mix: fc.array(fc.nat({ max: 3 }), { minLength: 0, maxLength: 120 }),
    steps: fc.array(fc.nat({ max: 2_000 }), { minLength: 1, maxLength: 20 }),
  })
  .map(({ plans, mix, steps }) =>
    interleave(
      plans.map((one, index) => callOfPlan(one, `c${index}`)),
      mix,
      steps,
    ),
  );

function interleave(queues: readonly Signal[][], mix: readonly number[], steps: readonly number[]): Signal[] {
  const left = queues.map((queue) => [...queue]);
  const mixed: Signal[] = [];
  const picks = [...mix];
  while (left.some((queue) => queue.length > 0)) {
    const waiting = left.filter((queue) => queue.length > 0);
    const signal = waiting[(picks.shift() ?? 0) % waiting.length]?.shift();
    if (signal) mixed.push(signal);
  }
  return retimed(mixed, steps);
}

/** The same signals with times that grow by the given steps, again and again. */
export function retimed(signals: readonly Signal[], steps: readonly number[] = [10]): Signal[] {
  let at = scriptStart;
  return signals.map((signal, index) => {
    at += steps[index % steps.length] ?? 0;
    return { ...signal, at };
  });
}

export const nothingLeft = (at: number): Signal => ({
  kind: 'resync',
  at,
  channels: [],
  bridges: [],
  restarted: false,
});

const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', '', 'x'.repeat(300));
const bridgeId = fc.constantFrom('b1', 'b2');
const anyText = fc.option(
  fc.oneof(fc.string({ unit: 'binary', maxLength: 700 }), fc.constantFrom('101', '+12157010680', 's', '<unknown>')),
);
const at = fc.oneof(fc.integer({ min: scriptStart, max: scriptStart + 60_000 }), fc.double(), fc.constant(scriptStart));
const facts = fc.record({
  id,
  linkedId: id,
  device: fc.option(fc.constantFrom('PJSIP/101', 'PJSIP/trunk-x', 'odd', '/', '')),
  kind: fc.constantFrom('device' as const, 'device' as const, 'pipe' as const),
  state: fc.constantFrom('down', 'dialing', 'ring', 'ringing', 'up', 'busy'),
  callerNumber: anyText,
  callerName: anyText,
  connectedNumber: anyText,
  connectedName: anyText,
  dialledNumber: anyText,
  context: anyText,
  accountCode: anyText,
  createdAt: fc.option(at),
  queueStatus: anyText,
  recordingFile: anyText,
});
const kind = <K extends string>(...kinds: K[]) => fc.constantFrom(...kinds);
const cause = fc.option(fc.oneof(fc.integer(), fc.double(), fc.constantFrom(16, 17, 26)));
const place = fc.option(fc.nat());
const path = { sourceId: fc.option(id), destinationId: id };
const anySignal: fc.Arbitrary<Signal> = fc.oneof(
  fc.record({ at, kind: kind('channel.created', 'channel.seen'), channel: facts }),
  fc.record({
    at,
    kind: kind('channel.hangup_requested', 'channel.held', 'channel.resumed', 'call.given_up'),
    channelId: id,
  }),
  fc.record({ at, kind: kind('channel.ended'), channelId: id, cause, sipStatus: cause }),
  fc.record({
    at,
    kind: kind('call.ordered'),
    channel: facts,
    dialString: fc.string({ maxLength: 700 }),
    from: fc.string({ unit: 'binary', maxLength: 700 }),
    to: fc.constantFrom('101', '+12157010680', '911', ''),
    origin: fc.record({
      source: fc.constantFrom('api' as const, 'click_to_call' as const),
      requestId: fc.option(fc.constant('r')),
      billingCode: fc.option(fc.constant('b')),
      buttonId: fc.option(fc.constant('x')),
      onBehalfOf: fc.option(fc.constantFrom('105', '101')),
    }),
  }),
  fc.record({
    at,
    kind: kind('call.order_failed'),
    channelId: id,
    status: fc.constantFrom('failed', 'unreachable', 'busy', 'continued', 'answered'),
  }),
  fc.record({
    at,
    kind: kind('service.entered'),
    channelId: id,
    service: fc.constantFrom('voicemail', 'ivr', 'queue', 'conference'),
    name: anyText,
  }),
  fc.record({ at, kind: kind('dial.begun'), ...path, dialString: anyText }),
  fc.record({ at, kind: kind('dial.progressed'), ...path, ringing: fc.boolean() }),
  fc.record({
    at,
    kind: kind('dial.ended'),
    ...path,
    status: fc.constantFrom('answered', 'cancelled', 'continued', ...failures),
    forwardTo: anyText,
  }),
  fc.record({
    at,
    kind: kind('bridge.entered'),
    bridgeId,
    channelId: id,
    holding: fc.boolean(),
    room: fc.boolean(),
    swapFor: fc.option(id),
  }),
  fc.record({
    at,
    kind: kind('transfer.sent'),
    transfererId: id,
    transfereeId: fc.option(id),
    target: anyText,
    byKeys: fc.boolean(),
  }),
  fc.record({
    at,
    kind: kind('transfer.joined'),
    firstId: id,
    secondId: id,
    transfereeId: fc.option(id),
    targetId: fc.option(id),
    into: fc.constantFrom('bridge', 'application', 'three_way'),
    byKeys: fc.boolean(),
  }),
  fc.record({ at, kind: kind('queue.joined'), channelId: id, queue: anyText, position: place, waiting: place }),
  fc.record({ at, kind: kind('queue.agent_called'), channelId: id, memberId: id, agent: anyText, agentName: anyText }),
  fc.record({
    at,
    kind: kind('queue.agent_missed', 'queue.agent_connected'),
    channelId: id,
    memberId: id,
    agent: anyText,
    agentName: anyText,
    ringMs: place,
  }),
  fc.record({ at, kind: kind('queue.abandoned', 'queue.left'), channelId: id, position: place }),
  fc.record({
    at,
    kind: kind('park.parked'),
    channelId: id,
    lot: anyText,
    slot: anyText,
    parkedBy: anyText,
    timeoutMs: place,
  }),
  fc.record({ at, kind: kind('park.retrieved'), channelId: id, retrieverId: id }),
  fc.record({ at, kind: kind('park.timed_out', 'park.abandoned', 'room.left', 'recording.stopped'), channelId: id }),
  fc.record({
    at,
    kind: kind('room.joined'),
    channelId: id,
    room: anyText,
    roomId: bridgeId,
    moderator: fc.option(fc.boolean()),
  }),
  fc.record({ at, kind: kind('call.picked_up'), pickerId: id, targetId: id }),
  fc.record({ at, kind: kind('channel.unheld'), channelId: id }),
  fc.record({ at, kind: kind('recording.started'), channelId: id, recordingId: anyText }),
  fc.record({ at, kind: kind('bridge.left'), bridgeId, channelId: id }),
  fc.record({ at, kind: kind('bridge.ended'), bridgeId }),
  fc.record({ at, kind: kind('pipe.joined'), oneId: id, twoId: id }),
  fc.record({
    at,
    kind: kind('resync'),
    channels: fc.array(facts, { maxLength: 4 }),
    bridges: fc.array(fc.record({ id: bridgeId, holding: fc.boolean(), channelIds: fc.array(id, { maxLength: 4 }) }), {
      maxLength: 2,
    }),
    pipes: fc.array(fc.record({ oneId: id, twoId: id }), { maxLength: 2 }),
    restarted: fc.boolean(),
  }),
);

/** Signals that no PBX would send: a handful of ids in any role, any texts, numbers and times. */
export const anySignals: fc.Arbitrary<Signal[]> = fc.array(anySignal, { maxLength: 60 });
