/** What is reported of people and is of no call. */
import type { AgentReport, MessageReport, PresenceReport, Report, VoicemailReport } from '../../model/report.ts';
import type { ReportTeller } from './teller.ts';

type OtherReport = Exclude<Report, { readonly kind: 'leg' }>;

export function tellOther(teller: ReportTeller, report: OtherReport, now: number): void {
  switch (report.kind) {
    case 'agent':
      return agent(teller, report, now);
    case 'message':
      return message(teller, report, now);
    case 'voicemail':
      return voicemail(teller, report, now);
    case 'presence':
      return presence(teller, report, now);
  }
}

const whenOf = ({ atUs }: { readonly atUs: number | null }, now: number) => ({
  at: atUs === null ? null : Math.floor(atUs / 1_000),
  now,
});

/** Such a report comes only when that changed. */
function agent(teller: ReportTeller, report: AgentReport, now: number): void {
  const { extension, agent: name, ready, number, by } = report;
  const state = ready ? 'available' : 'logged_out';
  teller.other('agent.state_changed', extension, whenOf(report, now), [name, state], {
    agent: name,
    agentName: null,
    extension,
    state,
    previousState: ready ? 'logged_out' : 'available',
    queues: [],
    reason: null,
    by,
    kind: number === null ? 'local' : 'remote',
    number,
    ...(report.atUs === null && { estimated: true }),
  });
}

function message(teller: ReportTeller, report: MessageReport, now: number): void {
  const { stage, isStatus, extension, from, to, text } = report;
  const at = whenOf(report, now);
  const parties = { messageId: null, messageSessionId: null, channel: 'sms', from, to };
  const facts = [from ?? '', to ?? '', text ?? '', stage];
  if (isStatus) {
    const status = { status: stage === 'failed' ? 'failed' : 'sent', previousStatus: null, error: null };
    return teller.other('message.status_changed', extension, at, facts, { ...parties, ...status });
  }
  const content = { fromName: null, recipients: [], text, media: [] };
  const type = stage === 'received' ? 'message.received' : 'message.sent';
  const status = stage === 'received' ? {} : { status: 'sent' };
  teller.other(type, extension, at, facts, { ...parties, ...content, ...status });
}

function voicemail(teller: ReportTeller, report: VoicemailReport, now: number): void {
  const { extension, callId, from, fromName, lengthUs } = report;
  const durationMs = lengthUs === null ? null : Math.round(lengthUs / 1_000);
  const data = { mailbox: extension, from, fromName, durationMs };
  teller.other('voicemail.left', extension, whenOf(report, now), [callId ?? '', from ?? ''], data);
}

/** Its vendor numbers the states and does not say how, so which one it is stays unknown. */
function presence(teller: ReportTeller, report: PresenceReport, now: number): void {
  const { extension, before, now: after, at: told } = report;
  const at = told === null ? Number.NaN : Date.parse(told);
  const states = { state: null, previousState: null, vendorState: after, previousVendorState: before };
  teller.other('presence.changed', extension, { at: Number.isNaN(at) ? null : at, now }, [String(after)], states);
}
