/**
 * When an event is accepted, by the server's clock, which may be wrong and be set right.
 *
 * Along the sequence the time does not go back for less than `mostHeldMs`, so that a clock that is trimmed a little
 * turns nothing round. A clock that is set back by more was ahead before: it is believed, else every later event would
 * say that time too, and neither expire nor be trimmed until then. So the times along the log may have a step back, and
 * whoever needs the order takes the sequence. What was accepted while the clock was ahead says a time that is yet to
 * come, and tells nothing about its age (see `EventLog.trim`); what was accepted while it was behind looks too old, and
 * goes with those before it.
 */
const mostHeldMs = 60_000;

/** @param last what was given before; both in milliseconds */
export function acceptanceTime(now: number, last: number): number {
  const at = Math.floor(now);
  return at < last && last - at <= mostHeldMs ? last : at;
}
