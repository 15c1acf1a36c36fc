import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { LegReport, Report } from '../../model/report.ts';
import type { DecodeContext, Decoded, RecordedExtension } from '../decode.ts';
import { decodePost } from './decode.ts';

const records: Readonly<Record<string, RecordedExtension>> = {
  '101': { type: 'phone', prefix: '0003' },
  '102': { type: 'phone', prefix: '0003' },
  '500': { type: 'queue', prefix: '0003' },
  '600': { type: 'ivr', prefix: '0003' },
};
const receivedAt = Date.parse('2026-11-21T10:00:00.000Z');
const contextOf = (changes: Partial<DecodeContext> = {}): DecodeContext => ({
  extension: '101',
  event: null,
  recorded: (number) => records[number] ?? null,
  receivedAt,
  ...changes,
});

type Fields = Readonly<Record<string, string>>;

const post = (fields: Fields | string | Buffer, changes?: Partial<DecodeContext>, contentType?: string): Decoded =>
  decodePost(
    {
      query: '',
      contentType: contentType ?? 'application/x-www-form-urlencoded',
      body:
        typeof fields === 'string' || Buffer.isBuffer(fields)
          ? Buffer.from(fields)
          : Buffer.from(new URLSearchParams(fields).toString()),
    },
    contextOf(changes),
  );

function reportOf(decoded: Decoded): Report {
  assert.ok('report' in decoded, JSON.stringify(decoded));
  return decoded.report;
}
function legOf(decoded: Decoded): LegReport {
  const report = reportOf(decoded);
  assert.ok(report.kind === 'leg');
  return report;
}
const doubtsOf = (decoded: Decoded): readonly string[] => {
  assert.ok('doubts' in decoded);
  return decoded.doubts.map(({ kind, field }) => `${kind} ${field}`);
};

const ringing: Fields = {
  EventType: 'dial-in',
  CallID: 'c1',
  SubCallID: '5101-aa',
  CallerIDNum: '+12157010680',
  CallerIDName: 'Alice',
  CalledNumber: '0003*101',
  CalledDID: '+13125550101',
  CalledExtension: '0003*101@acme',
  CallStatus: 'CALLING',
  CallFlow: 'in',
  EventTime: '1795255200000123',
};

describe('a post of Ringme', () => {
  it('is one leg’s, with who calls whom', () => {
    const leg = legOf(post(ringing));
    assert.deepEqual(
      [leg.stage, leg.callId, leg.legId, leg.extension, leg.flow],
      ['dial', 'c1', '101/5101-aa', '101', 'in'],
    );
    assert.deepEqual(leg.caller, { number: '+12157010680', name: 'Alice', internal: false });
    assert.deepEqual(leg.called, { number: '101', name: null, internal: true });
    assert.deepEqual([leg.did, leg.atUs, leg.machine], ['+13125550101', 1795255200000123, null]);
  });

  it('hangs up with status, talk time to the microsecond, and recording', () => {
    const leg = legOf(
      post({ ...ringing, EventType: 'hangup', CallStatus: 'ANSWER', Duration: '83479977', RecID: 'rec-1' }),
    );
    assert.deepEqual([leg.stage, leg.status, leg.talkUs, leg.recordingId], ['hangup', 'answered', 83479977, 'rec-1']);
  });

  it('takes no more of a text than the model does, and says so', () => {
    const decoded = post({ ...ringing, CallerIDName: 'A'.repeat(600), CallBackID: 'B'.repeat(600) });
    assert.deepEqual([...doubtsOf(decoded)].toSorted(), ['cut_line CallBackID', 'cut_line CallerIDName']);
    assert.equal(legOf(decoded).callBackId, 'B'.repeat(512));
  });

  it('keeps numbers of JSON as they were written: ids are told apart by their last digits', () => {
    const idOf = (id: string) => {
      const json = JSON.stringify({ ...ringing, CallID: 0 }).replace('"CallID":0', `"CallID":${id}`);
      return legOf(post(json, {}, 'application/json')).callId;
    };
    for (const id of ['1733312345.10', '1733312345.1', '123456789012345678901']) assert.equal(idOf(id), id);
  });

  it('makes no missed call of a post that says neither its event nor a status', () => {
    const { EventType: _type, CallStatus: _status, ...rest } = ringing;
    const decoded = post(rest, { event: null });
    assert.ok('problem' in decoded);
    assert.equal(decoded.problem.field, 'EventType');
    assert.equal(legOf(post({ ...rest, CallStatus: 'CALLING' }, { event: null })).stage, 'dial');
  });

  it('takes no name of a recording that none can be asked for by', () => {
    for (const name of ['r'.repeat(257), 'r\r\nX: y']) {
      const decoded = post({ ...ringing, EventType: 'hangup', CallStatus: 'ANSWER', RecID: name });
      assert.deepEqual(doubtsOf(decoded), ['unknown_value RecID']);
      assert.equal(legOf(decoded).recordingId, null);
    }
  });

  it('knows all six ends, and doubts others', () => {
    const endOf = (CallStatus: string) => legOf(post({ ...ringing, EventType: 'hangup', CallStatus })).status;
    assert.deepEqual(['ANSWER', 'BUSY', 'NOANSWER', 'CANCEL', 'CONGESTION', 'CHANUNAVAIL'].map(endOf), [
      'answered',
      'busy',
      'no_answer',
      'cancelled',
      'congested',
      'unreachable',
    ]);
    const odd = post({ ...ringing, EventType: 'hangup', CallStatus: 'MELTED' });
    assert.equal(legOf(odd).status, 'no_answer');
    assert.deepEqual(doubtsOf(odd), ['unknown_value CallStatus']);
  });

  it('of a queue or a menu only the hang-up counts', () => {
    assert.ok('ignored' in post({ ...ringing, CalledExtension: '0003*500@acme' }, { extension: '500' }));
    const leg = legOf(post({ ...ringing, EventType: 'hangup', Bridged: 'no' }, { extension: '500' }));
    assert.deepEqual([leg.machine, leg.bridged], ['queue', false]);
    const unrecorded = legOf(post({ ...ringing, EventType: 'hangup', Bridged: 'yes' }, { extension: '777' }));
    assert.deepEqual([unrecorded.machine, unrecorded.bridged], ['ivr', true]);
  });

  it('of a recorded phone, Bridged makes no menu', () => {
    const leg = legOf(post({ ...ringing, EventType: 'hangup', Bridged: 'yes' }));
    assert.deepEqual([leg.machine, leg.stage], [null, 'hangup']);
  });

  it('is inside where it was sent on and both extensions are known by a number', () => {
    const ids = { Transfered: 'yes', CalledExtensionID: '5102', CallerExtensionID: '5101' };
    assert.equal(legOf(post({ ...ringing, ...ids })).inside, true);
    for (const name of Object.keys(ids)) assert.equal(legOf(post({ ...ringing, ...ids, [name]: 'no' })).inside, false);
  });

  it('carries transfers and call backs', () => {
    const leg = legOf(
      post({ ...ringing, RemoteNumber: '+12157010680', CallBackID: 'order-7', Transfered: 'yes', CallFlow: 'out' }),
    );
    assert.deepEqual([leg.remoteNumber, leg.callBackId, leg.transferred], ['+12157010680', 'order-7', true]);
  });
});

describe('a post of VoipNow', () => {
  const plain: Fields = {
    CallID: 'c1',
    CallerIDNum: '2157010680',
    CallerIDNam: 'Alice',
    CalledExtension: '0003101',
    CalledNumber: '0003101',
    CallStatus: 'CALLING',
    CallFlow: 'IN',
  };

  it('is a dial-in, a dial-out or a hang-up by its status and flow, where the address does not say', () => {
    assert.deepEqual(
      [
        plain,
        { ...plain, CallFlow: 'OUT' },
        { ...plain, CallStatus: 'ANSWER' },
        { ...plain, CallStatus: 'UNKNOWN' },
      ].map((fields) => {
        const leg = legOf(post(fields));
        return [leg.stage, leg.flow, leg.status];
      }),
      [
        ['dial', 'in', null],
        ['dial', 'out', null],
        ['hangup', 'in', 'answered'],
        ['hangup', 'in', 'no_answer'],
      ],
    );
  });

  it('is what its address is registered for', () => {
    const answer = legOf(post({ ...plain, CallStatus: 'ANSWER' }, { event: 'answer-incoming' }));
    assert.deepEqual([answer.stage, answer.flow], ['answer', 'in']);
    const out = legOf(post({ CallID: 'c1', CallStatus: 'ANSWER' }, { event: 'answer-outgoing' }));
    assert.deepEqual([out.stage, out.flow], ['answer', 'out']);
  });

  it('has one leg for each call and extension, no time, and older names', () => {
    const leg = legOf(post(plain));
    assert.deepEqual([leg.legId, leg.atUs, leg.caller.name], ['101/c1', null, 'Alice']);
    assert.deepEqual(leg.called, { number: '101', name: null, internal: true });
  });
});

describe('extensions', () => {
  const calledOf = (CalledNumber: string, extension: string | null = '101') =>
    legOf(post({ ...ringing, CalledNumber, CallFlow: 'out', CallerExtension: '0003*101@acme' }, { extension })).called;

  it('are known with a star, joined or short; another client’s stay whole', () => {
    assert.deepEqual(calledOf('0003*102'), { number: '102', name: null, internal: true });
    assert.deepEqual(calledOf('0003102'), { number: '102', name: null, internal: true });
    assert.deepEqual(calledOf('102'), { number: '102', name: null, internal: true });
    assert.deepEqual(calledOf('0009*102'), { number: '0009*102', name: null, internal: true });
    assert.deepEqual(calledOf('2157010680'), { number: '2157010680', name: null, internal: false });
  });

  it('are said by the post where the address is for a whole domain', () => {
    assert.equal(legOf(post(ringing, { extension: null })).extension, '101');
    const refused = post({ EventType: 'dial-in', CallID: 'c1' }, { extension: null });
    assert.ok('problem' in refused && refused.problem.field === 'CalledExtension');
  });
});

describe('on the wire', () => {
  it('parameters come in a form, a query, JSON, or both, in any case', () => {
    const query = 'eventtype=dial-in&CALLID=c9&callernum=%2B12157010680';
    const decoded = decodePost({ query, contentType: '', body: null }, contextOf());
    assert.deepEqual([legOf(decoded).callId, legOf(decoded).caller.number], ['c9', '+12157010680']);
    const json = post(
      JSON.stringify({ EventType: 'hangup', CallID: 'c9', Duration: 12, x: { y: 1 } }),
      {},
      'application/json',
    );
    assert.equal(legOf(json).talkUs, 12);
    const both = decodePost(
      { query: 'CallID=c9', contentType: 'application/x-www-form-urlencoded', body: Buffer.from('EventType=dial-in') },
      contextOf(),
    );
    assert.equal(legOf(both).callId, 'c9');
  });

  it('names in Windows-1251 are read, escaped or not, declared or not', () => {
    const cyrillic = Buffer.from([0xc0, 0xed, 0xed, 0xe0]);
    const raw = Buffer.concat([Buffer.from('EventType=dial-in&CallID=c1&CallerIDName='), cyrillic]);
    assert.equal(legOf(post(raw)).caller.name, 'Анна');
    assert.deepEqual(doubtsOf(post(raw)), ['not_utf8 calleridname']);
    const escaped = 'EventType=dial-in&CallID=c1&CallerIDName=%C0%ED%ED%E0';
    assert.equal(legOf(post(escaped)).caller.name, 'Анна');
    const declared = post(escaped, {}, 'application/x-www-form-urlencoded; charset=windows-1251');
    assert.deepEqual([legOf(declared).caller.name, doubtsOf(declared)], ['Анна', []]);
  });

  it('of a parameter that comes twice the first one with a value counts', () => {
    const decoded = post('EventType=dial-in&CallID=&CallID=c1&CallID=c2');
    assert.equal(legOf(decoded).callId, 'c1');
    assert.deepEqual(doubtsOf(decoded), ['contradiction callid']);
  });

  it('a number that is none is passed over, and said', () => {
    const decoded = post({
      ...ringing,
      EventType: 'hangup',
      CallStatus: 'BUSY',
      EventTime: 'noon',
      Duration: '-3',
      Bridged: 'maybe',
    });
    assert.deepEqual([legOf(decoded).atUs, legOf(decoded).talkUs, legOf(decoded).bridged], [null, null, null]);
    assert.deepEqual(doubtsOf(decoded).toSorted(), [
      'unknown_value Bridged',
      'unknown_value Duration',
      'unknown_value EventTime',
    ]);
    assert.equal(legOf(post({ ...ringing, EventTime: '99999999999999999999' })).atUs, null);
    assert.equal(legOf(post({ ...ringing, EventTime: '1795255200' })).atUs, 1795255200000000);
  });

  it('without what says about which call it is, it is refused with the field', () => {
    for (const [fields, field] of [
      [{ EventType: 'dial-in' }, 'CallID'],
      [{ EventType: 'hangup', CallID: 'x'.repeat(5_000) }, 'CallID'],
    ] as const) {
      const refused = post(fields);
      assert.ok('problem' in refused);
      assert.equal(refused.problem.field, field);
    }
    const broken = post('{"CallID": ', {}, 'application/json');
    assert.ok('problem' in broken && broken.problem.field === 'body');
  });

  it('an event there is none of is taken and concerns nobody', () => {
    const decoded = post({ EventType: 'dial-sideways', CallID: 'c1' });
    assert.ok('ignored' in decoded);
    assert.deepEqual(doubtsOf(decoded), ['unknown_event EventType']);
    for (const EventType of ['constructor', '__proto__', 'toString']) {
      assert.ok('ignored' in post({ EventType, CallID: 'c1', CallStatus: 'CALLING' }), EventType);
    }
  });

  it('nothing that can be sent makes it fail otherwise', () => {
    const names = [...Object.keys(ringing), 'Duration', 'Bridged', 'agent_status', 'text', 'event_type', 'x'];
    const value = fc.oneof(
      fc.constantFrom(...Object.values(ringing), 'hangup', 'yes', 'available'),
      fc.string(),
      fc.nat(),
    );
    const field = fc.tuple(fc.constantFrom(...names), value);
    fc.assert(
      fc.property(
        fc.array(field, { maxLength: 12 }),
        fc.uint8Array({ maxLength: 40 }),
        fc.constantFrom('', 'application/json', 'application/x-www-form-urlencoded', 'text/plain; charset=cp1251'),
        fc.constantFrom('101', '500', '777', null),
        (fields, bytes, contentType, extension) => {
          const text = fields.map(([name, one]) => `${name}=${encodeURIComponent(String(one))}`).join('&');
          const json = Buffer.from(JSON.stringify(Object.fromEntries(fields)));
          for (const body of [Buffer.from(text), Buffer.concat([Buffer.from(text), Buffer.from(bytes)]), json]) {
            const decoded = decodePost({ query: text, contentType, body }, contextOf({ extension }));
            assert.ok('report' in decoded || 'ignored' in decoded || 'problem' in decoded);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('of no call', () => {
  it('an agent came or went', () => {
    const report = reportOf(post({ event_type: 'agent-login', agent_id: '5101', agent_status: 'available' }));
    assert.deepEqual(report, {
      kind: 'agent',
      extension: '101',
      agent: '101',
      ready: true,
      number: null,
      by: null,
      atUs: null,
    });
    assert.ok('ignored' in post({ event_type: 'agent-login', agent_status: 'asleep' }));
  });

  it('messages and voice messages', () => {
    const message = reportOf(post({ event_type: 'message-in', src_number: '+1', did_number: '+2', text: 'Hi' }));
    assert.ok(message.kind === 'message' && message.stage === 'received' && message.to === '+2');
    const failed = reportOf(post({ event_type: 'message-out-status', dst_number: '+1', status: 'failed' }));
    assert.ok(failed.kind === 'message' && failed.isStatus && failed.stage === 'failed');
    const voice = reportOf(post({ EventType: 'voicemail', CallID: 'c1', CallerIDNum: '+1', Duration: '2000000' }));
    assert.ok(voice.kind === 'voicemail' && voice.lengthUs === 2_000_000);
  });
});
