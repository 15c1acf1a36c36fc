import type { RealAsterisk } from '../asterisk.ts';
import type { Phones } from '../sipp.ts';

/** A call, or a few that belong together, that is recorded and tested. */
export interface CallScenario {
  readonly name: string;
  /** What somebody at the phones would say happened. */
  readonly says: string;
  /** Plugs in what the call needs, and gives the function that makes it, from the first ring to the last goodbye. */
  prepare(phones: Phones, asterisk: RealAsterisk): Promise<() => Promise<unknown>>;
}

export const outsider = '12157010680';

/** How `core show channels` shows that a phone has answered. */
export const upChannel = (phone: string): RegExp => new RegExp(`PJSIP/${phone}-\\S+\\s+\\S+\\s+Up`);

/** … that it rings. */
export const ringingChannel = (phone: string): RegExp => new RegExp(`PJSIP/${phone}-\\S+\\s+\\S+\\s+Ringing`);

export const isUp = (asterisk: RealAsterisk, phone: string): Promise<void> =>
  asterisk.until('core show channels', upChannel(phone));

export const rings = (asterisk: RealAsterisk, phone: string): Promise<void> =>
  asterisk.until('core show channels', ringingChannel(phone));

/**
 * Resolves when the phone talks with the carrier: both in one bridge, which on a busy machine is long after the phone has
 * heard that it may speak. In the concise list the bridge is the last but one field.
 */
export const talksOutside = (asterisk: RealAsterisk, phone: string): Promise<void> => {
  const [own, other] = [`PJSIP/${phone}-`, 'PJSIP/trunk-carrier-'];
  const together = (one: string, two: string): string =>
    `(?:^|\\n)${one}[^\\n]*!([^!\\n]+)![^!\\n]*\\n(?:[^\\n]*\\n)*?${two}[^\\n]*!`;
  const pattern = `${together(own, other)}\\1![^!\\n]*(?:\\n|$)|${together(other, own)}\\2![^!\\n]*(?:\\n|$)`;
  return asterisk.until('core show channels concise', new RegExp(pattern));
};

/** Resolves when the phone has no channel any more. */
export const isGone = (asterisk: RealAsterisk, phone: string): Promise<void> =>
  asterisk.until('core show channels', new RegExp(`^(?![\\s\\S]*PJSIP/${phone}-)`));

/** So that what follows is another moment for whoever reads the recording. */
export const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
