/**
 * Who there is on the PBX: extensions that something there shows. Each list of the PBX is evidence of its own; an
 * extension is there while there is any.
 *
 *   unknown ──> created ──> updated ...  ──> deleted       (what is told)
 *
 * A mailbox or a name says more of an extension, and is no evidence of one: there are mailboxes without a phone.
 */
import type { NewEvent } from '../../model/event.ts';
import { clean } from '../tracker/parties.ts';
import type { CompiledRules } from '../tracker/rules.ts';
import { type Moment, newRepeat, type Repeat, tell } from './told.ts';

export type SubscriberType = 'phone' | 'queue' | 'conference';
export type Evidence = 'device' | 'watch' | 'member' | 'queue';

interface View {
  readonly type: SubscriberType;
  readonly name: string | null;
  readonly voicemail: boolean | null;
}

interface Subscriber {
  readonly extension: string;
  readonly evidence: Map<string, SubscriberType>;
  /** It was there before a restart. */
  restored: boolean;
  /** As queues call who takes calls there. */
  memberName: string | null;
  told: View | null;
  readonly repeat: Repeat;
}

/** Past it new ones are not followed. */
const most = 50_000;
const watchedFields = ['type', 'name', 'voicemail'] as const;

export class Subscribers {
  readonly #rules: CompiledRules;
  readonly #subscribers = new Map<string, Subscriber>();
  /** Names of who owns the mailbox of a number; null: the PBX lists no mailboxes. */
  #mailboxes: ReadonlyMap<string, string | null> | null = null;

  constructor(rules: CompiledRules) {
    this.#rules = rules;
  }

  nameOf(extension: string): string | null {
    return this.#mailboxes?.get(extension) ?? this.#subscribers.get(extension)?.memberName ?? null;
  }

  /** Something shows that there is such an extension; `key` names what. */
  note(extension: string | null, kind: Evidence, key: string, type: SubscriberType, name?: string | null): void {
    const known = extension === null ? null : this.#get(extension);
    known?.evidence.set(`${kind}:${key}`, type);
    if (known && name) known.memberName = name;
  }

  dropEvidence(extension: string, kind: Evidence, key: string): void {
    this.#subscribers.get(extension)?.evidence.delete(`${kind}:${key}`);
  }

  /** All that shows of this kind. */
  keepOnly(kind: Evidence, keys: ReadonlySet<string>): void {
    const prefix = `${kind}:`;
    for (const { evidence } of this.#subscribers.values()) {
      for (const key of evidence.keys()) {
        if (key.startsWith(prefix) && !keys.has(key.slice(prefix.length))) evidence.delete(key);
      }
    }
  }

  /** Who was there before a restart has to show again. */
  forgetRestored(): void {
    for (const one of this.#subscribers.values()) one.restored = false;
  }

  takeMailboxes(owners: ReadonlyMap<string, string | null>): void {
    this.#mailboxes = owners;
  }

  restore(extension: string, data: NewEvent['data']): void {
    const { type, name, voicemail } = data;
    const known = data['change'] === 'deleted' ? null : this.#get(extension);
    if (!known) return;
    known.restored = true;
    known.told = {
      type: type === 'queue' || type === 'conference' ? type : 'phone',
      name: typeof name === 'string' ? name : null,
      voicemail: typeof voicemail === 'boolean' ? voicemail : null,
    };
  }

  /** Tells what is new of one extension. */
  settle(extension: string | null, moment: Moment): NewEvent[] {
    const known = extension === null ? undefined : this.#subscribers.get(extension);
    return known ? this.#settle(known, moment) : [];
  }

  settleAll(moment: Moment): NewEvent[] {
    return [...this.#subscribers.values()].flatMap((one) => this.#settle(one, moment));
  }

  #get(extension: string): Subscriber | null {
    const known = this.#subscribers.get(extension);
    if (known) return known;
    if (this.#subscribers.size >= most) return null;
    const evidence = new Map<string, SubscriberType>();
    const fresh = { extension, evidence, restored: false, memberName: null, told: null, repeat: newRepeat() };
    this.#subscribers.set(extension, fresh);
    return fresh;
  }

  #settle(one: Subscriber, moment: Moment): NewEvent[] {
    const { told } = one;
    if (one.evidence.size === 0) {
      if (one.restored) return [];
      this.#subscribers.delete(one.extension);
      return told ? [this.#tell(one, 'deleted', told, [], moment)] : [];
    }
    const view = this.#viewOf(one);
    const changed = told ? watchedFields.filter((field) => told[field] !== view[field]) : [];
    one.told = view;
    if (told === null) return [this.#tell(one, 'created', view, [], moment)];
    return changed.length > 0 ? [this.#tell(one, 'updated', view, changed, moment)] : [];
  }

  #viewOf({ extension, evidence, restored, told }: Subscriber): View {
    const types = [...evidence.values()];
    const type = types.find((one) => one !== 'phone') ?? 'phone';
    const voicemail = this.#mailboxes ? this.#mailboxes.has(extension) : null;
    const name = clean(this.nameOf(extension));
    // What the PBX has not listed again yet stands.
    if (restored && told) return { type, name: name ?? told.name, voicemail: voicemail ?? told.voicemail };
    return { type, name, voicemail };
  }

  #tell(
    one: Subscriber,
    change: 'created' | 'updated' | 'deleted',
    view: View,
    changed: readonly string[],
    moment: Moment,
  ) {
    const { extension, repeat } = one;
    const { type, name, voicemail } = view;
    const unknown = {
      ...{ login: null, firstName: null, lastName: null, email: null, callerId: null, department: null },
      ...{ site: null, timeZone: null, role: null, status: null },
    };
    const data = { change, changed: [...changed], name, extensions: [extension], type, voicemail, ...unknown };
    const told = JSON.stringify([change, type, name, voicemail]);
    const rest = { subject: extension, change: told, extension, data, repeat };
    return tell(this.#rules, moment, { type: 'subscriber.updated', ...rest });
  }
}
