/** Alice talks to 101, who asks 102: on a second line of its phone, or by keys in the same call. */
import { inboundCall, pickUp, type PbxScript, ring } from './pbx-script.ts';

/** Alice is `a`, 101 is `b`. */
export const talking = (): PbxScript => pickUp(ring(inboundCall(), 'a', 'b', '101'), 'a', 'b');

/** The second line is `d`, 102 is `c`, and rings. */
export function callingOnSecondLine(script = talking()): PbxScript {
  script.say({ kind: 'channel.held', channelId: 'b' }).wait(1_000);
  script.channel('d', { device: 'PJSIP/101', state: 'ring', from: '101', to: '102' });
  return ring(script, 'd', 'c', '102').wait(1_000);
}

/** … and talks to 101 on `d`. */
export const askingOnSecondLine = (): PbxScript => pickUp(callingOnSecondLine(), 'd', 'c', 'b2').wait(3_000);

/** By keys: `c` rings behind the pipe `l1`, `l2`; `target` as `channel` of the script takes it. */
export function callingByKeys(target: { device: string; from: string; dialled: string }): PbxScript {
  const script = talking().say({ kind: 'channel.held', channelId: 'b' });
  for (const half of ['l1', 'l2']) script.channel(half, { pipe: true, linkedId: 'a', device: 'Local/asked@x' });
  script.pipe('l1', 'l2').bridge('b2', 'l1').unbridge('b1', 'b').bridge('b2', 'b');
  script.channel('c', { device: target.device, linkedId: 'a', from: target.from });
  return script.dial('l2', 'c', target.dialled).state('c', 'ringing').wait(1_000);
}

export const extension102 = { device: 'PJSIP/102', from: '102', dialled: '102' };

/** `c` answers, and talks to 101. */
export const takeUp = (script: PbxScript): PbxScript =>
  script.state('c', 'up').dialEnd('l2', 'c', 'answered').bridge('b3', 'c').bridge('b3', 'l2').wait(2_000);

/** 101 leaves, and whoever waited has what 101 had. */
export const leave = (script: PbxScript): PbxScript => script.hangUp('b').unbridge('b2', 'b').bridge('b1', 'l1');

/** All that is left hangs up. */
export function endAll(script: PbxScript): PbxScript {
  for (const id of ['a', 'b', 'c', 'd', 'l1', 'l2']) if (script.has(id)) script.end(id);
  return script;
}
