import type { CallRecord, LegRecord } from '../record.ts';

type Data = Readonly<Record<string, unknown>>;

/** What the beginning of a leg says of the transfer or the forward that it was dialled for. */
export function transferData(call: CallRecord, leg: LegRecord): Data {
  const { sentBy, forwardedFrom } = leg;
  const forwarded = forwardedFrom === null ? {} : { forwardedFrom };
  if (sentBy === null) return { ...sentOn(leg), ...forwarded };
  const [other] = [...sentBy.transfereeIds].flatMap((id) => call.legs.get(id) ?? []);
  const isTheCaller = other === undefined || other.number === null || other.number === call.from.number;
  const transferredWith = sentBy.byKeys === null ? {} : { transferredWith: sentBy.byKeys ? 'keys' : 'phone' };
  return {
    ...sentOn(leg),
    ...forwarded,
    ...transferredWith,
    ...(!isTheCaller && { remoteNumber: other.number }),
  };
}

/** What every event of such a leg says; nothing of a leg that was dialled for the call itself. */
export function sentOn(leg: LegRecord): Data {
  if (leg.sentBy === null && leg.forwardedFrom === null) return {};
  const transferredBy = senderOf(leg);
  return { transferred: true, ...(transferredBy !== null && { transferredBy }) };
}

/** The extension that sent the call on to this leg; null where nobody did, or it is not known who. */
export const senderOf = ({ sentBy, forwardedFrom }: LegRecord): string | null => sentBy?.by ?? forwardedFrom;
