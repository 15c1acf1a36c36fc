/** How much may be on its way into the log at a time; what is over is told to come back, so that memory is bounded. */
export interface Admission {
  /** Takes room, or null where there is none. Give it back by calling the result once. */
  enter(events: number, bytes: number): (() => void) | null;
}

export interface AdmissionLimits {
  readonly events: number;
  readonly bytes: number;
}

/** About one second of what the store takes on two cores, and far below what the process may use. */
export const usualAdmission: AdmissionLimits = { events: 50_000, bytes: 64_000_000 };

export function createAdmission(limits: AdmissionLimits): Admission {
  let events = 0;
  let bytes = 0;
  return {
    enter: (moreEvents, moreBytes) => {
      // A request that is alone may always enter: its own size is limited elsewhere.
      const isAlone = events === 0;
      if (!isAlone && (events + moreEvents > limits.events || bytes + moreBytes > limits.bytes)) return null;
      events += moreEvents;
      bytes += moreBytes;
      let isInside = true;
      return () => {
        if (!isInside) return;
        isInside = false;
        events -= moreEvents;
        bytes -= moreBytes;
      };
    },
  };
}
