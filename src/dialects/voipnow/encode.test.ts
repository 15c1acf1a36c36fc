import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeContextOf } from '../../../test/support/encode-context.ts';
import { recordedExtensions as directory } from '../../../test/support/vendor-posts.ts';
import { eventCatalog, eventTypes } from '../../model/event-types/index.ts';
import type { Event } from '../../model/event.ts';
import { type EncodeContext, noDirectory } from '../dialect.ts';
import { ringme, voipnow } from './index.ts';

const example = (type: Event['type'], changes: Partial<Event> = {}): Event => ({
  ...eventCatalog[type].example,
  ...changes,
});

function posted(dialect: typeof ringme, event: Event, changes: Partial<EncodeContext> = {}): Record<string, string> {
  const encoded = dialect.encode([event], encodeContextOf({ directory, ...changes }));
  assert.equal(encoded.kind, 'request', JSON.stringify(encoded));
  assert.ok(encoded.kind === 'request');
  return Object.fromEntries(new URLSearchParams(String(encoded.body)));
}

const reasonOf = (dialect: typeof ringme, event: Event, changes: Partial<EncodeContext> = {}): string => {
  const encoded = dialect.encode([event], encodeContextOf({ directory, ...changes }));
  assert.ok(encoded.kind === 'skipped', encoded.kind);
  return encoded.reason;
};

describe('on the wire', () => {
  const event = example('leg.dial_in');

  it('posts a form, and leaves the URL alone', () => {
    const encoded = voipnow.encode([event], encodeContextOf({ directory, url: 'https://crm.example/hook?key=1' }));
    assert.ok(encoded.kind === 'request');
    assert.equal(encoded.url, undefined);
    assert.match(encoded.headers['content-type'] ?? '', /^application\/x-www-form-urlencoded/);
  });

  it('joins the query of a GET, after the URL’s own', () => {
    const urlOf = (url: string): string => {
      const encoded = voipnow.encode([event], encodeContextOf({ directory, method: 'GET', url }));
      assert.ok(encoded.kind === 'request');
      assert.equal(encoded.body, null);
      return encoded.url ?? '';
    };
    assert.match(urlOf('https://crm.example/hook'), /^https:\/\/crm\.example\/hook\?CallID=/);
    assert.match(urlOf('https://crm.example/hook?key=a%20b'), /\?key=a%20b&CallID=/);
    assert.match(urlOf('https://crm.example/hook?'), /hook\?CallID=/);
    assert.match(urlOf('https://crm.example/hook#part'), /hook\?CallID=.*#part$/);
  });

  it('never sends a parameter that has no value', () => {
    for (const type of eventTypes) {
      for (const dialect of [voipnow, ringme]) {
        const encoded = dialect.encode([example(type)], encodeContextOf({ directory }));
        assert.notEqual(encoded.kind, 'failed', type);
        if (encoded.kind !== 'request') continue;
        for (const [name, value] of new URLSearchParams(String(encoded.body))) assert.notEqual(value, '', name);
        assert.doesNotMatch(String(encoded.body), /null|undefined|NaN/, type);
      }
    }
  });

  it('carries names in any script', () => {
    const call = example('leg.dial_in').call;
    assert.ok(call);
    const named = example('leg.dial_in', { call: { ...call, from: { ...call.from, name: 'Łucja & Zoë=+' } } });
    assert.equal(posted(ringme, named)['CallerIDName'], 'Łucja & Zoë=+');
  });
});

describe('VoipNow presets', () => {
  it('callapi writes as the article has it', () => {
    const post = posted(voipnow, example('leg.dial_in'));
    assert.equal(post['CalledExtension'], '0003101');
    assert.equal(post['CallFlow'], 'IN');
    assert.equal(post['CallStatus'], 'CALLING');
    assert.ok('CallerIDNam' in post && !('CallerIDName' in post) && !('CallAPIID' in post));
  });

  it('unified writes as the developer guide has it', () => {
    const post = posted(voipnow, example('leg.dial_in'), { options: { preset: 'unified' } });
    assert.equal(post['CalledExtension'], '0003*101');
    assert.ok('CallerIDName' in post && !('CallerIDNam' in post));
    assert.equal(post['CallAPIID'], post['CallID']);
  });

  it('single differences are options', () => {
    const options = { callerName: 'CallerIDName', extensions: 'short', numbers: 'digits', callApiId: true };
    const post = posted(voipnow, example('leg.dial_in'), { options });
    assert.equal(post['CalledExtension'], '101');
    assert.equal(post['CallerIDNum'], '12157010680');
    assert.ok('CallerIDName' in post && 'CallAPIID' in post);
  });

  it('a hang-up of an unanswered call is UNKNOWN in the one, and says why in the other', () => {
    const { leg } = example('leg.ended');
    assert.ok(leg);
    const busy = example('leg.ended', { leg: { ...leg, answeredAt: null, outcome: 'busy' } });
    assert.equal(posted(voipnow, busy)['CallStatus'], 'UNKNOWN');
    assert.equal(posted(voipnow, busy, { options: { preset: 'unified' } })['CallStatus'], 'BUSY');
  });

  it('has nothing that its documents do not have', () => {
    const known = [
      ...['CallID', 'CallerIDNum', 'CallerIDNam', 'CallerIDName', 'CalledDID', 'CalledExtension', 'CallStatus'],
      ...['CallFlow', 'CallerExtension', 'CalledNumber', 'CallAPIID'],
    ];
    for (const type of ['leg.dial_in', 'leg.dial_out', 'leg.answered', 'leg.ended', 'leg.closed'] as const) {
      for (const preset of ['callapi', 'unified']) {
        const names = Object.keys(posted(voipnow, example(type), { options: { preset } }));
        assert.deepEqual(
          names.filter((name) => !known.includes(name)),
          [],
        );
      }
    }
  });
});

describe('Ringme', () => {
  it('a hang-up has its times in microseconds, and the leg', () => {
    const event = example('leg.ended');
    const { leg } = event;
    assert.ok(leg?.answeredAt && leg.endedAt);
    const post = posted(ringme, event);
    assert.equal(post['EventType'], 'hangup');
    assert.equal(post['EventTime'], `${Date.parse(event.time)}000`);
    assert.equal(post['Duration'], `${Date.parse(leg.endedAt) - Date.parse(leg.answeredAt)}000`);
    assert.match(post['SubCallID'] ?? '', /^5101-[0-9a-f]{32}$/);
    assert.match(post['CallID'] ?? '', /^[0-9a-f]{32}$/);
    assert.equal(post['CalledExtension'], '0003*101@acme');
    assert.equal(post['CalledExtensionID'], '5101');
    assert.equal(post['CallFlow'], 'in');
  });

  it('an extension without a record has no id, and its short number', () => {
    const post = posted(ringme, example('leg.dial_in'), {
      directory: { extension: () => null, domainId: () => null },
    });
    assert.equal(post['CalledExtension'], '101@acme');
    assert.ok(!('CalledExtensionID' in post));
    assert.match(post['SubCallID'] ?? '', /^101-/);
  });

  it('Bridged stands only in the hang-up of a queue or a menu', () => {
    assert.equal(posted(ringme, example('leg.closed'))['Bridged'], 'yes');
    assert.equal(posted(ringme, example('leg.closed', { data: { bridged: false } }))['Bridged'], 'no');
    for (const type of ['leg.dial_in', 'leg.answered', 'leg.ended'] as const)
      assert.ok(!('Bridged' in posted(ringme, example(type))));
  });

  it('a queue’s or a menu’s own end makes no post: the call’s does', () => {
    const { leg } = example('leg.ended');
    assert.ok(leg);
    for (const role of ['queue', 'ivr'] as const)
      assert.match(reasonOf(ringme, example('leg.ended', { leg: { ...leg, role } })), /no event/);
    for (const type of ['call.started', 'call.ended', 'call.closed'] as const) reasonOf(ringme, example(type));
  });

  it('CANCEL is only what the caller gave up', () => {
    const { leg } = example('leg.ended');
    assert.ok(leg);
    const statusOf = (outcome: typeof leg.outcome): string | undefined =>
      posted(ringme, example('leg.ended', { leg: { ...leg, answeredAt: null, outcome } }))['CallStatus'];
    assert.deepEqual(
      (['cancelled', 'answered_elsewhere', 'forwarded', 'no_answer', 'rejected', 'busy', 'congested'] as const).map(
        statusOf,
      ),
      ['CANCEL', 'NOANSWER', 'NOANSWER', 'NOANSWER', 'BUSY', 'BUSY', 'CONGESTION'],
    );
    assert.equal(statusOf('unreachable'), 'CHANUNAVAIL');
  });
});

describe('who sent the call on dials out', () => {
  const { leg, call } = example('leg.dial_in');
  assert.ok(leg && call);
  const data = { transferred: true, transferredBy: '102' };
  const inside = example('leg.answered', { data, leg: { ...leg, answeredAt: leg.startedAt, state: 'answered' } });
  const outside = example('leg.dial_out', {
    extension: '102',
    data,
    leg: { ...leg, extension: null, number: '+12155551234', name: null },
  });

  it('to an extension: the same leg, seen from either', () => {
    const called = posted(ringme, inside, { extension: '101' });
    const sender = posted(ringme, inside, { extension: '102' });
    assert.ok(!('Transfered' in called) && called['CallFlow'] === 'in');
    assert.deepEqual(
      [sender['Transfered'], sender['CallFlow'], sender['CallerExtensionID'], sender['CalledExtensionID']],
      ['yes', 'out', '5102', '5101'],
    );
    assert.notEqual(called['SubCallID'], sender['SubCallID']);
  });

  it('to the outside: its dial-out, with the number', () => {
    const post = posted(ringme, outside, { extension: '102' });
    assert.deepEqual(
      [post['EventType'], post['Transfered'], post['CalledNumber'], post['CallerExtension']],
      ['dial-out', 'yes', '+12155551234', '0003*102@acme'],
    );
    assert.ok(!('CalledExtensionID' in post));
    assert.match(reasonOf(ringme, outside, { extension: '101' }), /not of extension 101/);
  });

  it('RemoteNumber only where keys moved the call, on the dial-in', () => {
    const moved = (transferredWith: string): Event => example('leg.dial_in', { data: { ...data, transferredWith } });
    assert.equal(posted(ringme, moved('keys'), { extension: '101' })['RemoteNumber'], call.from.number);
    assert.ok(!('RemoteNumber' in posted(ringme, moved('phone'), { extension: '101' })));
    assert.ok(!('RemoteNumber' in posted(ringme, inside, { extension: '101' })));
  });
});

describe('CallBackID', () => {
  const { call } = example('leg.dial_in');
  assert.ok(call);
  const begunFor = (onBehalfOf: string | null): Event =>
    example('leg.dial_in', {
      call: {
        ...call,
        to: { number: '101', raw: '101', name: null, kind: 'internal' },
        origin: { ...call.origin, requestId: 'req-7', onBehalfOf },
      },
    });

  it('where software called for an extension that is none of the ends, and only there', () => {
    assert.equal(posted(ringme, begunFor('107'))['CallBackID'], 'req-7');
    assert.ok(!('CallBackID' in posted(ringme, begunFor('101'))));
    assert.ok(!('CallBackID' in posted(ringme, begunFor(null))));
  });
});

describe('one vendor’s event of a subscription', () => {
  it('is sent, and no other', () => {
    const options = { event: 'answer-incoming' };
    assert.equal(posted(voipnow, example('leg.answered'), { options })['CallStatus'], 'ANSWER');
    assert.match(reasonOf(voipnow, example('leg.ended'), { options }), /hangup/);
    assert.match(reasonOf(voipnow, example('leg.answered'), { options: { event: 'answer-outgoing' } }), /incoming/);
    assert.equal(posted(ringme, example('leg.answered'), { options: { event: 'answer' } })['EventType'], 'answer');
  });
});

describe('of no call', () => {
  it('agents: only a change between ready and not', () => {
    const agent = (previousState: string | null, state: string): Event =>
      example('agent.state_changed', { data: { ...example('agent.state_changed').data, previousState, state } });
    assert.equal(posted(ringme, agent('logged_out', 'available'))['agent_status'], 'available');
    assert.equal(posted(ringme, agent('available', 'paused'))['agent_status'], 'logged_out');
    assert.equal(posted(ringme, agent(null, 'available'))['agent_status'], 'available');
    reasonOf(ringme, agent('available', 'busy'));
    reasonOf(ringme, agent('paused', 'logged_out'));
  });

  it('messages, and how far they got', () => {
    const post = posted(ringme, example('message.received'));
    assert.deepEqual([post['src_number'], post['extension_id']], ['+12157010680', '5101']);
    assert.equal(posted(ringme, example('message.sent'))['dst_number'], '+12157010680');
    const status = (previousStatus: string, now: string): Event =>
      example('message.status_changed', {
        data: { ...example('message.status_changed').data, previousStatus, status: now },
      });
    assert.equal(posted(ringme, status('queued', 'sent'))['status'], 'sent');
    assert.equal(posted(ringme, status('sent', 'failed'))['status'], 'failed');
    reasonOf(ringme, status('sent', 'delivered'));
  });

  it('a voice message, and the state of an extension', () => {
    assert.equal(posted(ringme, example('voicemail.left'))['EventType'], 'voicemail');
    const post = posted(ringme, example('presence.changed'));
    assert.deepEqual(
      [post['event_type'], post['client_id'], post['extension_id']],
      ['call-status-change', '42', '5101'],
    );
  });
});

describe('only with the outside', () => {
  const options = { externalOnly: true };
  const inside = (changes: Partial<Event> = {}): Event => {
    const event = example('leg.dial_in', changes);
    assert.ok(event.call);
    const from = { number: '102', raw: '102', name: null, kind: 'internal' } as const;
    return { ...event, call: { ...event.call, from, direction: 'internal' } };
  };

  it('leaves out calls from one extension to another, in either dialect', () => {
    for (const dialect of [voipnow, ringme]) {
      assert.equal(reasonOf(dialect, inside(), { options }), 'it is between two extensions');
      assert.ok(posted(dialect, inside()), 'which it sends otherwise');
      assert.ok(posted(dialect, example('leg.dial_in'), { options }), 'an outside caller stays');
    }
  });

  it('leaves out what an extension sent on to another, and only where both are known', () => {
    const sentOn = example('leg.dial_in', { data: { transferred: true, transferredBy: '102' } });
    const asSender = { options, extension: '102' };
    assert.equal(reasonOf(ringme, sentOn, asSender), 'it is between two extensions');
    assert.ok(posted(ringme, sentOn, { options }), 'whoever rings is told of the outside caller');
    const unknown = { ...asSender, directory: noDirectory };
    assert.ok(posted(ringme, sentOn, unknown), 'without ids nobody says that it is inside');
  });
});
