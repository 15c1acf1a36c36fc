/** Follows the phones (`phone.ts`) and tells what changed. */
import type { NewEvent } from '../../model/event.ts';
import { clean } from '../tracker/parties.ts';
import type { CompiledRules } from '../tracker/rules.ts';
import { lineNow } from './line.ts';
import { isGone, newPhone, type Phone, presenceOf, type PresenceState } from './phone.ts';
import type { DeviceFacts, PeopleSignal, StatusFacts, WatchFacts } from './signal.ts';
import { watchKeyOf } from './watch-key.ts';
import { type Moment, tell } from './told.ts';

type PresenceSignal = Extract<
  PeopleSignal,
  {
    readonly kind:
      | `device.${string}`
      | `contact.${string}`
      | `watch.${string}`
      | `status.${string}`
      | 'devices.listed'
      | 'watches.listed'
      | 'statuses.listed';
  }
>;

/** Past it new ones are not followed. */
const mostPhones = 50_000;
/** Contacts of one device that are remembered. */
const mostContacts = 100;

export class Presence {
  readonly #rules: CompiledRules;
  readonly #nameOf: (extension: string) => string | null;
  readonly #phones = new Map<string, Phone>();
  /** Extension of devices and statuses that are not named like it, as the watched numbers say. */
  readonly #owners = new Map<string, string>();

  /** @param nameOf Name of the user of an extension. */
  constructor(rules: CompiledRules, nameOf: (extension: string) => string | null) {
    this.#rules = rules;
    this.#nameOf = nameOf;
  }

  apply(signal: PresenceSignal, at: number): NewEvent[] {
    const now = { at, found: false };
    switch (signal.kind) {
      case 'device.changed':
        return this.#settle(this.#takeDevice(signal.device), now, signal.device.device);
      case 'contact.changed':
        return this.#settle(this.#takeContact(signal), now, signal.device);
      case 'watch.changed':
        return this.#settle(this.#takeWatch(signal.watch), now, signal.watch.devices[0] ?? null);
      case 'watch.removed': {
        const phone = this.#phones.get(signal.number);
        phone?.watches.delete(watchKeyOf(signal));
        return this.#settle(phone, now, null);
      }
      case 'status.changed':
        return this.#settle(this.#takeStatus(signal.status), now, null);
      default:
        return this.#takeList(signal, { at, found: true });
    }
  }

  /** How an extension was when it was told last, before a restart. */
  restore(extension: string, data: NewEvent['data']): void {
    const { state, message, registered } = data;
    const phone = this.#get(extension);
    if (!phone || typeof state !== 'string') return;
    phone.told = {
      state: state as PresenceState,
      message: typeof message === 'string' ? message : null,
      registered: typeof registered === 'boolean' ? registered : null,
    };
  }

  /** Extension of a device inside; null where nothing names it. */
  extensionOf(device: string): string | null {
    return this.#rules.extensionIn(device) ?? this.#owners.get(device) ?? null;
  }

  #get(extension: string): Phone | null {
    const known = this.#phones.get(extension);
    if (known) return known;
    if (this.#phones.size >= mostPhones) return null;
    const phone = newPhone(extension);
    this.#phones.set(extension, phone);
    return phone;
  }

  #takeDevice({ device, line }: DeviceFacts): Phone | null {
    const extension = this.extensionOf(device);
    const phone = extension === null ? null : this.#get(extension);
    phone?.devices.set(device, lineNow(phone.devices.get(device) ?? 'unknown', line));
    phone?.contacts.delete(device);
    return phone;
  }

  #takeContact({ device, contact, reachable }: Extract<PeopleSignal, { kind: 'contact.changed' }>): Phone | null {
    const extension = this.extensionOf(device);
    const phone = extension === null ? null : this.#get(extension);
    if (!phone || (phone.devices.get(device) ?? 'unknown') !== 'unknown') return null;
    const contacts = phone.contacts.get(device) ?? new Set();
    if (!reachable) contacts.delete(contact);
    else if (contacts.size < mostContacts) contacts.add(contact);
    phone.contacts.set(device, contacts);
    return phone;
  }

  #takeWatch(watch: WatchFacts): Phone | null {
    if (!this.#rules.isExtension(watch.number)) return null;
    const phone = this.#get(watch.number);
    phone?.watches.set(watchKeyOf(watch), watch);
    for (const owned of [...watch.devices, ...watch.statuses]) {
      if (phone && this.#owners.size < mostPhones) this.#owners.set(owned, watch.number);
    }
    return phone;
  }

  #takeStatus(status: StatusFacts): Phone | null {
    const { who, source } = status;
    const extension = this.#rules.isExtension(who) ? who : (this.#owners.get(source) ?? null);
    const phone = extension === null ? null : this.#get(extension);
    phone?.statuses.set(source, status);
    return phone;
  }

  #takeList(signal: Extract<PresenceSignal, { complete: boolean }>, moment: Moment): NewEvent[] {
    const { complete } = signal;
    switch (signal.kind) {
      case 'watches.listed':
        if (complete) this.#keepOnly('watches', new Set(signal.watches.map(watchKeyOf)));
        for (const watch of signal.watches) this.#takeWatch(watch);
        break;
      case 'statuses.listed':
        for (const status of signal.statuses) this.#takeStatus(status);
        break;
      case 'devices.listed':
        if (complete) this.#keepOnly('devices', new Set(signal.devices.map(({ device }) => device)));
        for (const device of signal.devices) this.#takeDevice(device);
    }
    const isLast = complete && signal.kind === 'devices.listed';
    return [...this.#phones.values()].flatMap((phone) => this.#settle(phone, moment, null, isLast));
  }

  #keepOnly(what: 'watches' | 'devices', listed: ReadonlySet<string>): void {
    for (const phone of this.#phones.values()) {
      for (const key of phone[what].keys()) if (!listed.has(key)) phone[what].delete(key);
    }
  }

  /** @param mayGo Whether it is gone where nothing shows it: after a restart the lists to come may. */
  #settle(phone: Phone | null | undefined, moment: Moment, device: string | null, mayGo = true): NewEvent[] {
    if (!phone) return [];
    if (isGone(phone) && !mayGo) return [];
    if (isGone(phone)) this.#phones.delete(phone.extension);
    const { told, extension, repeat } = phone;
    const view = presenceOf(phone);
    if (told === null && (isGone(phone) || view.state === null)) return [];
    const change = JSON.stringify([view.state, view.message, view.registered]);
    if (told && change === JSON.stringify([told.state, told.message, told.registered])) return [];
    phone.told = view;
    const about = { device: clean(device), name: clean(this.#nameOf(extension)) };
    const data = { ...view, previousState: told?.state ?? null, ...about };
    const subject = extension;
    return [tell(this.#rules, moment, { type: 'presence.changed', subject, change, extension, data, repeat })];
  }
}
