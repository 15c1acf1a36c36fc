/** What the tracker has to know about a phone system to judge its calls: which devices lead outside, which are whose. */
import { createNumberReader, rulesFor, type NumberFormat, type NumberReader } from '../../model/numbers/index.ts';
import type { ChannelFacts } from '../signal.ts';
import { clean } from './parties.ts';

export interface TrackerRules {
  readonly connector: string;
  readonly reseller: string;
  readonly domain: string;
  /** ISO 3166 code for national numbers. */
  readonly country: string;
  /**
   * Globs (`*`, `?`; case does not matter) of devices that lead outside, such as `PJSIP/trunk-*`; without a slash they
   * are compared with what follows the device's slash. Empty: whatever is no extension by `extensions` leads outside.
   */
  readonly trunks: readonly string[];
  /** Source of a regular expression that an extension's number matches. */
  readonly extensions: string;
  /** Globs of dialplan contexts that are menus: a channel that is answered there talks to a machine. */
  readonly ivrContexts?: readonly string[];
  /** Emergency numbers; absent: those of the country. */
  readonly emergency?: readonly string[];
  readonly numberFormat?: NumberFormat;
  /**
   * The PBX says whenever a device asks for the end (`channel.hangup_requested`), so that a conversation that ends
   * without was ended by the PBX. Absent or false: whoever leaves it first ended it.
   */
  readonly saysWhoHangsUp?: boolean;
  readonly limits?: Partial<TrackerLimits>;
}

export interface TrackerLimits {
  /** Milliseconds a call may stand before it is known whether it goes outside; then its number decides. */
  readonly decideWithinMs: number;
  /** Milliseconds a call without devices may live on in pipes alone. */
  readonly deviceGoneMs: number;
  /** Milliseconds without any signal after which a call counts as lost. */
  readonly silentMs: number;
  /** Calls followed at once; past it the one silent for longest counts as lost. */
  readonly mostCalls: number;
}

export const defaultLimits: TrackerLimits = {
  decideWithinMs: 1_000,
  deviceGoneMs: 10_000,
  silentMs: 12 * 3_600_000,
  mostCalls: 50_000,
};

export interface CompiledRules {
  readonly connector: string;
  readonly reseller: string;
  readonly domain: string;
  readonly limits: TrackerLimits;
  readonly saysWhoHangsUp: boolean;
  readonly numbers: NumberReader;
  /** Name of the trunk a channel is on; null for a device inside. */
  trunkOf(facts: ChannelFacts): string | null;
  /** Extension of a device inside; null for a trunk, or where nothing names it. */
  extensionOf(facts: ChannelFacts): string | null;
  isExtension(number: string): boolean;
  /** The extension that a device, or a number at a context, is: `PJSIP/101`, `Local/101@phones/n`. Null: it names none. */
  extensionIn(device: string | null): string | null;
  isMenu(context: string | null): boolean;
}

/** No pattern is tried on more than this, so that a bad one can't take long. */
const longestMatched = 128;

/** @throws SyntaxError when `extensions` is no regular expression; configuration has checked it before. */
export function compileRules(rules: TrackerRules): CompiledRules {
  const extension = new RegExp(rules.extensions);
  const isExtension = (text: string): boolean => text.length <= longestMatched && extension.test(text);
  const trunks = rules.trunks.map(trunkMatcher);
  const menus = (rules.ivrContexts ?? []).map(glob);
  const ownNumberOf = (facts: ChannelFacts): string | null => {
    const name = facts.device === null ? null : nameOf(facts.device);
    if (name !== null && isExtension(name)) return name;
    return facts.callerNumber !== null && isExtension(facts.callerNumber) ? facts.callerNumber : null;
  };
  const trunkOf = (facts: ChannelFacts): string | null => {
    const { device } = facts;
    if (device === null) return null;
    if (trunks.length > 0) return trunks.some((matches) => matches(device)) ? nameOf(device) : null;
    return isExtension(nameOf(device)) ? null : nameOf(device);
  };
  return {
    connector: rules.connector,
    reseller: rules.reseller,
    domain: rules.domain,
    saysWhoHangsUp: rules.saysWhoHangsUp ?? false,
    limits: { ...defaultLimits, ...rules.limits },
    numbers: numberReader(rules, extension),
    trunkOf,
    extensionOf: (facts) => {
      if (trunkOf(facts) !== null) return null;
      return clip(ownNumberOf(facts) ?? (facts.device === null ? null : nameOf(facts.device)));
    },
    isExtension,
    extensionIn: (device) => {
      const number = device === null ? '' : (nameOf(device).split(/[@/;]/)[0] ?? '');
      return isExtension(number) ? number : null;
    },
    isMenu: (context) => context !== null && menus.some((menu) => menu.test(context.slice(0, longestMatched))),
  };
}

function numberReader(rules: TrackerRules, extension: RegExp): NumberReader {
  const emergency = rules.emergency ? new Set(rules.emergency) : null;
  const format = rules.numberFormat ?? 'auto';
  return createNumberReader(rulesFor(rules.country, { internal: extension, emergency, format }));
}

/** `PJSIP/carrier-1` is named `carrier-1`. */
function nameOf(device: string): string {
  const slash = device.indexOf('/');
  return device.slice(slash + 1, slash + 1 + longestMatched);
}

function trunkMatcher(pattern: string): (device: string) => boolean {
  const matcher = glob(pattern);
  const whole = pattern.includes('/');
  return (device) => matcher.test(whole ? device.slice(0, longestMatched) : nameOf(device));
}

function glob(pattern: string): RegExp {
  // Runs of stars are one star: each more would multiply the time a mismatch takes.
  const escaped = pattern.replace(/\*+/g, '*').replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i');
}

const clip = (text: string | null): string | null => clean(text)?.slice(0, longestMatched) ?? null;
