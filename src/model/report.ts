/**
 * What another system reports of its calls and people, in nobody's words: what a dialect reads of a vendor's notification,
 * before it is an event. A report is about one extension, the one whose token it came with.
 */
import type { LegStatus } from './leg-status.ts';

/** Somebody as a report names them. */
export interface ReportedParty {
  /** An extension's number, or a public one as it was written; null: withheld. */
  readonly number: string | null;
  readonly name: string | null;
  readonly internal: boolean;
}

export interface LegReport {
  readonly kind: 'leg';
  readonly stage: 'dial' | 'answer' | 'hangup';
  readonly callId: string;
  /** The same for all reports of one leg, and for no other leg, where it names its leg. */
  readonly legId: string;
  /** False: it does not say which leg it is of, so that further rings of the extension in the call have the same id. */
  readonly namesLeg: boolean;
  readonly extension: string;
  /** A part of the phone system that the call passed; null: a phone. */
  readonly machine: 'queue' | 'ivr' | null;
  readonly flow: 'in' | 'out';
  readonly caller: ReportedParty;
  readonly called: ReportedParty;
  readonly did: string | null;
  /** Microseconds since 1970; null: it does not say, so that only the time of its receipt is known. */
  readonly atUs: number | null;
  /** Of a hang-up. */
  readonly status: LegStatus | null;
  /** Of a hang-up; null: not said. */
  readonly talkUs: number | null;
  readonly recordingId: string | null;
  readonly transferred: boolean;
  /** It was sent on from one extension to another, by what is said of both, whatever the numbers look like. */
  readonly inside: boolean;
  /** Whether a person ever answered the call; null: not said. */
  readonly bridged: boolean | null;
  readonly remoteNumber: string | null;
  readonly callBackId: string | null;
}

export interface AgentReport {
  readonly kind: 'agent';
  readonly extension: string | null;
  readonly agent: string;
  readonly ready: boolean;
  /** Outside number the agent is called at; null: an extension. */
  readonly number: string | null;
  readonly by: string | null;
  readonly atUs: number | null;
}

export interface MessageReport {
  readonly kind: 'message';
  readonly stage: 'received' | 'sent' | 'failed';
  /** Only of what was reported before as sent. */
  readonly isStatus: boolean;
  readonly extension: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly text: string | null;
  readonly atUs: number | null;
}

export interface VoicemailReport {
  readonly kind: 'voicemail';
  readonly extension: string;
  readonly callId: string | null;
  readonly from: string | null;
  readonly fromName: string | null;
  readonly lengthUs: number | null;
  readonly atUs: number | null;
}

/** How an extension is: known by the vendor's number for it. */
export interface PresenceReport {
  readonly kind: 'presence';
  readonly extension: string;
  readonly before: number | null;
  readonly now: number | null;
  readonly at: string | null;
}

export type Report = LegReport | AgentReport | MessageReport | VoicemailReport | PresenceReport;
