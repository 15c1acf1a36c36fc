/**
 * Finds what is doubtful about an event: it is read as well as it can be all the same, and whoever looks after the
 * connection is told. Beside what one event shows by itself, only this is remembered: which channels have ended.
 */
import type { Misunderstanding } from '../../not-understood.ts';
import type { AmiPacket } from '../ami/packet.ts';
import { isChannelState } from './channel-facts.ts';
import { isDialStatus } from './dial-status.ts';
import { isKnownEvent } from './known-events.ts';

const ofChannel = ['Uniqueid', 'Channel'];
const ofDial = ['DestUniqueid', 'DestChannel'];
const ofParking = ['ParkeeUniqueid', 'ParkeeChannel'];

/** Without these an event says nothing that could be used. */
const needs: ReadonlyMap<string, readonly string[]> = new Map([
  ['Newchannel', ofChannel],
  ['Newstate', ofChannel],
  ['NewCallerid', ofChannel],
  ['NewConnectedLine', ofChannel],
  ['NewAccountCode', ofChannel],
  ['Newexten', ofChannel],
  ['HangupRequest', ofChannel],
  ['Hangup', ofChannel],
  ['Hold', ofChannel],
  ['Unhold', ofChannel],
  ['DialBegin', ofDial],
  ['DialState', ofDial],
  ['DialEnd', ofDial],
  ['BridgeEnter', [...ofChannel, 'BridgeUniqueid']],
  ['BridgeLeave', [...ofChannel, 'BridgeUniqueid']],
  ['BridgeDestroy', ['BridgeUniqueid']],
  ['LocalBridge', ['LocalOneUniqueid', 'LocalTwoUniqueid']],
  ['ParkedCall', ofParking],
  ['UnParkedCall', ofParking],
  ['ParkedCallTimeOut', ofParking],
  ['ParkedCallGiveUp', ofParking],
  ['BlindTransfer', ['TransfererUniqueid', 'Result']],
  ['AttendedTransfer', ['OrigTransfererUniqueid', 'SecondTransfererUniqueid', 'Result']],
  ['MixMonitorStart', ofChannel],
  ['MixMonitorStop', ofChannel],
  ['QueueCallerJoin', ofChannel],
  ['QueueCallerAbandon', ofChannel],
  ['QueueCallerLeave', ofChannel],
  ['AgentCalled', [...ofChannel, ...ofDial]],
  ['AgentRingNoAnswer', [...ofChannel, ...ofDial]],
  ['AgentDump', [...ofChannel, ...ofDial]],
  ['AgentConnect', [...ofChannel, ...ofDial]],
  ['ConfbridgeJoin', ofChannel],
  ['ConfbridgeLeave', ofChannel],
]);

/** Of a channel that has ended none of these is told. */
const onlyOfTheLiving: ReadonlySet<string> = new Set(['Newchannel', 'Newstate', 'Newexten', 'BridgeEnter', 'Hangup']);

/** As Asterisk writes its states beside their numbers. */
const stateWords: ReadonlyMap<string, string> = new Map([
  ['0', 'Down'],
  ['1', 'Rsrvd'],
  ['2', 'OffHook'],
  ['3', 'Dialing'],
  ['4', 'Ring'],
  ['5', 'Ringing'],
  ['6', 'Up'],
  ['7', 'Busy'],
]);

/** Ended channels remembered, about 60 bytes each. */
const mostEnded = 10_000;
const longestId = 150;

export class Doubts {
  readonly #ended = new Set<string>();

  /** What is doubtful about the event; null: nothing. */
  about(packet: AmiPacket): Misunderstanding | null {
    const { event } = packet;
    if (event === null) return null;
    const needed = needs.get(event);
    if (needed === undefined) return isKnownEvent(event) ? null : 'unknown_event';
    if (needed.some((name) => packet.known(name) === null)) return 'incomplete_event';
    if (hasUnknownValue(packet)) return 'unknown_value';
    return contradictsItself(packet) || this.#comesTooLate(event, packet.get('Uniqueid')) ? 'contradiction' : null;
  }

  #comesTooLate(event: string, channelId: string | null): boolean {
    if (channelId === null || !onlyOfTheLiving.has(event)) return false;
    const isLate = this.#ended.has(channelId);
    if (event === 'Hangup') this.#remember(channelId);
    return isLate;
  }

  #remember(channelId: string): void {
    if (channelId.length > longestId) return;
    this.#ended.add(channelId);
    if (this.#ended.size <= mostEnded) return;
    for (const oldest of this.#ended) {
      this.#ended.delete(oldest);
      return;
    }
  }
}

function hasUnknownValue(packet: AmiPacket): boolean {
  const state = packet.get('ChannelState');
  if (state !== null && !isChannelState(state)) return true;
  const status = packet.event === 'DialEnd' ? packet.get('DialStatus') : null;
  if (status !== null && !isDialStatus(status)) return true;
  const time = packet.get('Timestamp');
  return time !== null && !(Number(time) > 0);
}

function contradictsItself(packet: AmiPacket): boolean {
  const word = stateWords.get(packet.get('ChannelState') ?? '');
  const told = packet.get('ChannelStateDesc');
  return word !== undefined && told !== null && told !== word;
}
