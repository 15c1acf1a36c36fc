/**
 * Two calls turn out to be one: a channel of one is bridged with, dialled from, or linked to a channel of the other. The
 * one that was told already survives; of two that were, the one with an outside party, else the older. The other ends
 * there with `mergedInto`, its legs go on in the survivor, and its id stays among the survivor's related ids.
 */
import type { Moment } from './moment.ts';
import { callOutcome } from './outcome.ts';
import { hasOutside, type CallRecord } from './record.ts';
import { talkedUntil } from './talk.ts';
import { moveOn, type Teller } from './teller.ts';

const mostRelated = 100;
/** Of each kind of thing that a call remembers; the oldest go first. */
const mostTakenOver = 100;

/** The call that goes on; the other one is over. */
export function mergeCalls(teller: Teller, one: CallRecord, two: CallRecord, moment: Moment): CallRecord {
  const survivor = survives(one, two) ? one : two;
  const loser = survivor === one ? two : one;
  if (loser.started) tellMerged(teller, survivor, loser, moment);
  loser.ended = true;
  takeOver(survivor, loser);
  return survivor;
}

function survives(one: CallRecord, two: CallRecord): boolean {
  if (one.started !== two.started) return one.started;
  if (one.started && hasOutside(one) !== hasOutside(two)) return hasOutside(one);
  if (one.startedAt !== two.startedAt) return one.startedAt < two.startedAt;
  return one.order < two.order;
}

function tellMerged(teller: Teller, survivor: CallRecord, loser: CallRecord, moment: Moment): void {
  const until = talkedUntil(loser, moment);
  const time = moveOn(loser, moment.at);
  // Nobody had answered it: whoever called has the other call now, so it was not the end of their patience.
  const outcome = loser.metPerson || loser.answeredAt !== null ? callOutcome(loser) : 'cancelled';
  if (loser.talkingSince !== null) loser.talkMs += Math.max(0, until - loser.talkingSince);
  loser.talkMs = Math.min(loser.talkMs, time - loser.startedAt);
  loser.talkingSince = null;
  loser.endedAt = time;
  loser.state = 'ended';
  const data = { mergedInto: survivor.id, ...(moment.found && { estimated: true }) };
  teller.ended(loser, { outcome, hungUpBy: null }, time, data);
  teller.closed(loser, { outcome, hungUpBy: null }, data);
  survivor.relatedCallIds = [...survivor.relatedCallIds, loser.id, ...loser.relatedCallIds].slice(-mostRelated);
}

function takeOver(survivor: CallRecord, loser: CallRecord): void {
  for (const leg of loser.legs.values()) {
    survivor.legs.set(leg.channelId, leg);
    if (loser.started) leg.bornIn ??= loser.id;
  }
  survivor.forgottenUntil = Math.max(survivor.forgottenUntil, loser.forgottenUntil);
  for (const extension of loser.extensions) survivor.extensions.add(extension);
  for (const service of loser.servicesReached) survivor.servicesReached.add(service);
  for (const result of loser.results) survivor.results.add(result);
  survivor.metPhone ||= loser.metPhone;
  survivor.service ??= loser.service;
  survivor.machines = [...survivor.machines, ...loser.machines].slice(-mostTakenOver);
  survivor.parked = [...survivor.parked, ...loser.parked].slice(-mostTakenOver);
  survivor.visits = [...survivor.visits, ...loser.visits].slice(-mostTakenOver);
  survivor.recorded = [...survivor.recorded, ...loser.recorded].slice(-mostTakenOver);
  survivor.forwards = [...survivor.forwards, ...loser.forwards].slice(-mostTakenOver);
  survivor.stays = [...survivor.stays, ...loser.stays].slice(-mostTakenOver);
  survivor.queue ??= loser.queue;
  survivor.hungUp ??= loser.started ? null : loser.hungUp;
  survivor.lastAt = Math.max(survivor.lastAt, loser.lastAt);
  survivor.heardAt = Math.max(survivor.heardAt, loser.heardAt);
  survivor.transfers = [...survivor.transfers, ...loser.transfers].slice(-mostTakenOver);
  survivor.recordings = [...survivor.recordings, ...loser.recordings].slice(-mostTakenOver);
}
