import type { CallRecord, LegRecord } from '../record.ts';

/** What a leg's events say of the transfer that it was dialled for. */
export function transferData(call: CallRecord, leg: LegRecord): Readonly<Record<string, unknown>> {
  if (leg.sentBy === null) return {};
  const [other] = [...leg.sentBy.transfereeIds].flatMap((id) => call.legs.get(id) ?? []);
  const isTheCaller = other === undefined || other.number === null || other.number === call.from.number;
  return { transferred: true, ...(!isTheCaller && { remoteNumber: other.number }) };
}
