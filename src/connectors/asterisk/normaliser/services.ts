/** Which of Asterisk's dialplan applications answer by themselves, and as what. */
export type Service = 'voicemail' | 'ivr' | 'queue' | 'conference';

/** Names in lower case: dialplans write them as they like. Queues and conferences have events of their own. */
const services: ReadonlyMap<string, Service> = new Map<string, Service>([
  ['voicemail', 'voicemail'],
  ['minivmrecord', 'voicemail'],
  // Menus. Playback is none: many dialplans play a greeting before they ring somebody.
  ['background', 'ivr'],
  ['waitexten', 'ivr'],
  ['read', 'ivr'],
  ['directory', 'ivr'],
  ['speechbackground', 'ivr'],
  ['voicemailmain', 'ivr'],
]);

export interface EnteredService {
  readonly service: Service;
  readonly name: string | null;
}

/** What a channel that starts this application reaches; null when that is nothing that answers. */
export function serviceOfApplication(
  application: string | null,
  data: string | null,
  context: string | null,
): EnteredService | null {
  const service = services.get(application?.toLowerCase() ?? '');
  if (service === undefined) return null;
  return { service, name: service === 'voicemail' ? mailboxOf(data) : context };
}

/** `101@default&102@default,u` is about mailbox `101@default`. */
function mailboxOf(data: string | null): string | null {
  const mailbox = /^[^,&|]+/.exec(data ?? '')?.[0];
  return mailbox === undefined ? null : mailbox;
}
