import type { CallRecord, LegRecord } from '../record.ts';

/** What a leg's events say of the transfer or the forward that it was dialled for. */
export function transferData(call: CallRecord, leg: LegRecord): Readonly<Record<string, unknown>> {
  const forwarded = leg.forwardedFrom === null ? {} : { transferred: true, forwardedFrom: leg.forwardedFrom };
  if (leg.sentBy === null) return forwarded;
  const [other] = [...leg.sentBy.transfereeIds].flatMap((id) => call.legs.get(id) ?? []);
  const isTheCaller = other === undefined || other.number === null || other.number === call.from.number;
  return { ...forwarded, transferred: true, ...(!isTheCaller && { remoteNumber: other.number }) };
}

/** Whether the leg was dialled because the call was sent on. */
export const wasSentOn = (leg: LegRecord): boolean => leg.sentBy !== null || leg.forwardedFrom !== null;
