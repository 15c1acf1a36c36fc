/** Posts that are of no call: agents, messages, voice messages, and the state of extensions (pages of the vendor's API). */
import type { MessageReport } from '../../model/report.ts';
import type { DecodeContext } from '../decode.ts';
import { type Found, problem } from './found.ts';
import type { Reading } from './reading.ts';

export function otherReport(reading: Reading, context: DecodeContext, name: string): Found {
  const read = readers.get(name);
  if (read) return read(reading, context);
  reading.doubt('unknown_event', 'EventType');
  return { ignored: 'there is no such event' };
}

const ownExtension = (reading: Reading, context: DecodeContext): string | null =>
  context.extension ?? reading.extension('extension_name') ?? reading.extension('CalledExtension');

const noExtension = problem(
  'extension_name',
  'does not say which extension it is about',
  'Use a token for one extension.',
);

function agent(reading: Reading, context: DecodeContext): Found {
  const status = reading.text('agent_status')?.toLowerCase();
  if (status !== 'available' && status !== 'logged_out') {
    if (status !== undefined) reading.doubt('unknown_value', 'agent_status');
    return { ignored: 'it does not say how the agent is' };
  }
  const isRemote = reading.text('agent_type')?.toLowerCase() === 'remote';
  const extension = isRemote ? null : ownExtension(reading, context);
  const number = reading.text('agent_number');
  // With an extension's token nobody speaks of other agents.
  const name = context.extension ?? reading.text('agent_id') ?? extension ?? number;
  if (name === null) return problem('agent_id', 'is missing', 'It says which agent it is.');
  return {
    report: {
      kind: 'agent',
      extension,
      agent: name,
      ready: status === 'available',
      number: isRemote ? number : null,
      by: reading.text('event_source'),
      atUs: reading.time('EventTime'),
    },
  };
}

function message(stage: MessageReport['stage'] | null, isStatus: boolean) {
  return (reading: Reading, context: DecodeContext): Found => {
    const extension = ownExtension(reading, context);
    if (extension === null) return noExtension;
    const status = reading.text('status')?.toLowerCase();
    if (isStatus && status !== 'sent' && status !== 'failed') {
      if (status !== undefined) reading.doubt('unknown_value', 'status');
      return { ignored: 'it does not say what became of the message' };
    }
    return {
      report: {
        kind: 'message',
        stage: stage ?? (status === 'failed' ? 'failed' : 'sent'),
        isStatus,
        extension,
        from: reading.text('src_number'),
        to: reading.text('dst_number') ?? reading.text('did_number'),
        text: reading.wholeText('text'),
        atUs: reading.time('EventTime'),
      },
    };
  };
}

function voicemail(reading: Reading, context: DecodeContext): Found {
  const extension = ownExtension(reading, context);
  if (extension === null) return noExtension;
  return {
    report: {
      kind: 'voicemail',
      extension,
      callId: reading.text('CallID'),
      from: reading.text('CallerIDNum'),
      fromName: reading.text('CallerIDName'),
      lengthUs: reading.microseconds('Duration'),
      atUs: reading.time('EventTime'),
    },
  };
}

function presence(reading: Reading, context: DecodeContext): Found {
  const extension = ownExtension(reading, context);
  if (extension === null) return noExtension;
  return {
    report: {
      kind: 'presence',
      extension,
      before: reading.microseconds('old_status_id'),
      now: reading.microseconds('new_status_id'),
      at: reading.text('change_dt'),
    },
  };
}

const readers: ReadonlyMap<string, (reading: Reading, context: DecodeContext) => Found> = new Map([
  ['agent-login', agent],
  ['agent-logout', agent],
  ['message-in', message('received', false)],
  ['message-out', message('sent', false)],
  ['message-out-status', message(null, true)],
  ['voicemail', voicemail],
  ['call-status-change', presence],
  ['extension-call-status', presence],
]);

export const isOther = (name: string): boolean => readers.has(name);
