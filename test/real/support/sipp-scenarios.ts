/**
 * What phones and carriers do in the tests, as scenarios for sipp. A scenario is put together from a few messages, so
 * that each says only what is special about it.
 *
 * Keys a scenario may use: user, contact, expires (registration); from, fromName, to (calls). Who logs in is given to
 * sipp by its own options.
 */

const message = (lines: readonly string[]): string => `<![CDATA[\n${lines.join('\n')}\n\n]]>`;
const send = (lines: readonly string[]): string => `<send>${message(lines)}</send>`;
/**
 * Repeated until it is answered, as UDP needs; on one machine nothing is lost, so only after seconds: a busy machine
 * would else get answers twice that no scenario expects.
 */
const sendUntilAnswered = (lines: readonly string[]): string => `<send retrans="4000">${message(lines)}</send>`;
const pause = (ms: number): string => `<pause milliseconds="${ms}"/>`;
const scenario = (name: string, parts: readonly string[]): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="${name}">\n${parts.join('\n')}\n</scenario>\n`;

const sdp = (version: number, mode: 'sendrecv' | 'sendonly'): string[] => [
  'Content-Type: application/sdp',
  'Content-Length: [len]',
  '',
  'v=0',
  `o=phone 1 ${version} IN IP[local_ip_type] [local_ip]`,
  's=-',
  'c=IN IP[media_ip_type] [media_ip]',
  't=0 0',
  'm=audio [media_port] RTP/AVP 0',
  'a=rtpmap:0 PCMU/8000',
  `a=${mode}`,
];
const noBody = ['Content-Length: 0'];

/** Calls differ in `[call_number]`, programs in `[pid]`: unique without sipp's own branch counting. */
const via = (transaction: number): string =>
  `Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=z9hG4bK-[pid]-[call_number]-${transaction}`;

// --- the called side ------------------------------------------------------------------------------------------------

const reply = (status: string, more: readonly string[] = noBody): string[] => [
  `SIP/2.0 ${status}`,
  '[last_Via:]',
  '[last_From:]',
  '[last_To:];tag=[pid]u[call_number]',
  '[last_Call-ID:]',
  '[last_CSeq:]',
  'Contact: <sip:[local_ip]:[local_port]>',
  ...more,
];
/** A reply inside a dialog: the tag is there already. */
const replyInDialog = (status: string, more: readonly string[] = noBody): string[] =>
  reply(status, more).map((line) => (line.startsWith('[last_To:]') ? '[last_To:]' : line));

const invited = [
  '<recv request="INVITE" rrs="true"/>',
  send([
    'SIP/2.0 100 Trying',
    '[last_Via:]',
    '[last_From:]',
    '[last_To:]',
    '[last_Call-ID:]',
    '[last_CSeq:]',
    ...noBody,
  ]),
];
const ringing = send(reply('180 Ringing'));
const accept = [sendUntilAnswered(reply('200 OK', sdp(1, 'sendrecv'))), '<recv request="ACK"/>'];
/** Sends silence for ever; Asterisk does some things (optimising Local channels away) only when media flows. */
const speaks = '<nop><action><exec rtp_stream="silence.ulaw,-1,0,PCMU/8000"/></action></nop>';

function refuses(name: string, status: string, before: readonly string[]): string {
  return scenario(name, [...invited, ...before, sendUntilAnswered(reply(status)), '<recv request="ACK"/>']);
}

/** Takes the names of the two ends from the last message, for a request of the called side. */
const rememberEnds = `<recv request="ACK"><action>
  <ereg regexp=":.*" search_in="hdr" header="From" assign_to="1"/>
  <ereg regexp=":.*" search_in="hdr" header="To" assign_to="2"/>
</action></recv>`;

// --- a party that does as it is told -----------------------------------------------------------------------------------

/** How a party of a call that stands names the two ends, in requests of its own. */
interface End {
  readonly uri: string;
  readonly from: string;
  readonly to: string;
}
const calledEnd: End = { uri: '[next_url]', from: 'From[$2]', to: 'To[$1]' };

/** What a party can be told; each is a request of that method with the call's id, sent to sipp by the test itself. */
export type Order = 'DO-REFER' | 'DO-HOLD' | 'DO-RESUME' | 'DO-BYE';

/** Takes from an order the CSeq its request is to have, and for a transfer where to. */
const order = (
  method: Order,
  label: number,
): string => `<recv request="${method}" optional="true" next="${label}"><action>
  <ereg regexp="[0-9]+" search_in="hdr" header="X-Seq:" assign_to="3"/>
  <ereg regexp="&lt;.*&gt;" search_in="hdr" header="X-To:" check_it="false" assign_to="4"/>
</action></recv>`;

/** Waits for orders and for what the other side does, until one of the two hangs up. */
function obeys({ uri, from, to }: End): string[] {
  const own = (method: string, more: readonly string[] = noBody): string[] => [
    `${method} ${uri} SIP/2.0`,
    'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=z9hG4bK-[pid]-[call_number]-[$3]',
    from,
    to,
    '[last_Call-ID:]',
    `CSeq: [$3] ${method}`,
    'Contact: <sip:[local_ip]:[local_port]>',
    'Max-Forwards: 70',
    ...more,
  ];
  const media = (mode: 'sendrecv' | 'sendonly'): string[] => [
    sendUntilAnswered(own('INVITE', sdp(3, mode))),
    '<recv response="100" optional="true"/>',
    '<recv response="200"/>',
    send(own('ACK')),
    '<nop next="1"/>',
  ];
  return [
    '<label id="1"/>',
    order('DO-REFER', 10),
    order('DO-HOLD', 20),
    order('DO-RESUME', 30),
    order('DO-BYE', 40),
    '<recv request="INVITE" optional="true" next="50"/>',
    '<recv request="NOTIFY" optional="true" next="60"/>',
    '<recv request="BYE" next="70"/>',
    '<label id="10"/>',
    sendUntilAnswered(own('REFER', ['Refer-To: [$4]', ...noBody])),
    '<recv response="202" next="1"/>',
    '<label id="20"/>',
    ...media('sendonly'),
    '<label id="30"/>',
    ...media('sendrecv'),
    '<label id="40"/>',
    sendUntilAnswered(own('BYE')),
    '<recv response="200" next="99"/>',
    '<label id="50"/>',
    sendUntilAnswered(replyInDialog('200 OK', sdp(2, 'sendrecv'))),
    '<recv request="ACK" next="1"/>',
    '<label id="60"/>',
    send(replyInDialog('200 OK')),
    '<nop next="1"/>',
    '<label id="70"/>',
    send(replyInDialog('200 OK')),
    '<label id="99"/>',
    pause(1),
  ];
}

/** Writes down the ids of the call, as orders and `Replaces` need them: call, own tag, the other's `From` or `To`. */
const noted = (ownTag: string, other: string): string => `<log message="line|[call_id]|${ownTag}|${other}"/>`;

const answerAndNote = [
  sendUntilAnswered(reply('200 OK', sdp(1, 'sendrecv'))),
  `<recv request="ACK"><action>
  <ereg regexp=":.*" search_in="hdr" header="From" assign_to="1"/>
  <ereg regexp=":.*" search_in="hdr" header="To" assign_to="2"/>
  ${noted('[pid]u[call_number]', '[$1]')}
</action></recv>`,
];

const calledSide = {
  /** Rings, answers after 300 ms, takes holds, waits for the other side to hang up. */
  answers: scenario('answers', [
    ...invited,
    ringing,
    pause(300),
    ...accept,
    speaks,
    '<label id="1"/>',
    '<recv request="INVITE" optional="true" next="2"/>',
    '<recv request="BYE" next="3"/>',
    '<label id="2"/>',
    sendUntilAnswered(replyInDialog('200 OK', sdp(2, 'sendrecv'))),
    '<recv request="ACK" next="1"/>',
    '<label id="3"/>',
    send(replyInDialog('200 OK')),
  ]),
  /** Rings, answers after 300 ms, and hangs up itself half a second later. */
  hangsUp: scenario('hangs-up', [
    ...invited,
    ringing,
    pause(300),
    sendUntilAnswered(reply('200 OK', sdp(1, 'sendrecv'))),
    rememberEnds,
    pause(500),
    sendUntilAnswered([
      'BYE [next_url] SIP/2.0',
      via(9),
      'From[$2]',
      'To[$1]',
      '[last_Call-ID:]',
      'CSeq: 900 BYE',
      'Max-Forwards: 70',
      ...noBody,
    ]),
    '<recv response="200"/>',
  ]),
  /** Rings until the other side gives up. */
  rings: scenario('rings', [
    ...invited,
    ringing,
    '<recv request="CANCEL"/>',
    send(replyInDialog('200 OK')),
    sendUntilAnswered(
      reply('487 Request Terminated').map((line) =>
        line === '[last_CSeq:]' ? 'CSeq: [last_cseq_number] INVITE' : line,
      ),
    ),
    '<recv request="ACK"/>',
  ]),
  /** Rings for three seconds, in which a slow machine does what is to be done meanwhile, answers, then does as it is told. */
  answersLate: scenario('answers-late', [
    ...invited,
    ringing,
    pause(3000),
    ...answerAndNote,
    speaks,
    ...obeys(calledEnd),
  ]),
  /** Rings, answers after 300 ms, then does as it is told. */
  obeys: scenario('obeys', [...invited, ringing, pause(300), ...answerAndNote, speaks, ...obeys(calledEnd)]),
  /** Does not want the call, and says where it should go: `forwardTo`. */
  sendsOn: scenario('sends-on', [
    ...invited,
    sendUntilAnswered(reply('302 Moved Temporarily').map((line) => line.replace('<sip:', '<sip:[forwardTo]@'))),
    '<recv request="ACK"/>',
  ]),
  /** Takes text messages, and no calls. */
  takesMessages: scenario('takes-messages', ['<recv request="MESSAGE"/>', send(reply('200 OK'))]),
  busy: refuses('busy', '486 Busy Here', [pause(100)]),
  /** Rings, then its user declines. */
  rejects: refuses('rejects', '603 Decline', [ringing, pause(200)]),
  outOfService: refuses('out-of-service', '503 Service Unavailable', [pause(100)]),
} as const;

// --- the calling side -----------------------------------------------------------------------------------------------

const identity = (method: string, sequence: number, toTag: string): string[] => [
  'From: "[fromName]" <sip:[from]@[local_ip]>;tag=[pid]c[call_number]',
  `To: <sip:[to]@[remote_ip]>${toTag}`,
  'Call-ID: [call_id]',
  `CSeq: ${sequence} ${method}`,
  'Contact: <sip:[from]@[local_ip]:[local_port]>',
  'Max-Forwards: 70',
];
const request = (method: string, transaction: number, sequence: number, more: readonly string[] = noBody): string[] => [
  `${method} sip:[to]@[remote_ip]:[remote_port] SIP/2.0`,
  via(transaction),
  ...identity(method, sequence, '[peer_tag_param]'),
  ...more,
];
const firstRequest = (method: string, transaction: number, sequence: number, more: readonly string[]): string[] =>
  request(method, transaction, sequence, more).map((line) => line.replace('[peer_tag_param]', ''));

/** Filled in by sipp from its options `-au` and `-ap`. */
const login = '[authentication]';

/** A phone has to say who it is; a carrier is known by its address. Gives the CSeq of the invitation that counts. */
const invite = (who: 'phone' | 'carrier'): { readonly parts: string[]; readonly sequence: number } => {
  const plain = sendUntilAnswered(firstRequest('INVITE', 1, 1, sdp(1, 'sendrecv')));
  if (who === 'carrier') return { parts: [plain], sequence: 1 };
  const challenged = ['<recv response="401" auth="true"/>', send(request('ACK', 1, 1))];
  const again = sendUntilAnswered(firstRequest('INVITE', 2, 2, [login, ...sdp(1, 'sendrecv')]));
  return { parts: [plain, ...challenged, again], sequence: 2 };
};

const progress = ['100', '180', '181', '183'].map((code) => `<recv response="${code}" optional="true"/>`);

/** Changes the media of a call that stands; transactions count on from `transaction`. */
function reinvite(transaction: number, sequence: number, version: number, mode: 'sendrecv' | 'sendonly'): string[] {
  return [
    sendUntilAnswered(request('INVITE', transaction, sequence, sdp(version, mode))),
    '<recv response="100" optional="true"/>',
    '<recv response="200"/>',
    send(request('ACK', transaction + 1, sequence)),
  ];
}

/** The phone's log-in holds for one request only; in a dialog Asterisk asks for no second one. */
function talks(
  who: 'phone' | 'carrier',
  middle: (sequence: number) => readonly string[],
  end: 'hangs up' | 'waits',
): string {
  const { parts, sequence } = invite(who);
  const answered = ['<recv response="200"/>', send(request('ACK', 3, sequence))];
  const bye = [sendUntilAnswered(request('BYE', 8, sequence + 5)), '<recv response="200"/>'];
  const wait = ['<recv request="BYE"/>', send(replyInDialog('200 OK'))];
  const last = end === 'hangs up' ? bye : wait;
  return scenario('talks', [...parts, ...progress, ...answered, ...middle(sequence), ...last]);
}

function callsAndObeys(who: 'phone' | 'carrier'): string {
  const { parts, sequence } = invite(who);
  const answered = `<recv response="200"><action>
  <ereg regexp=":.*" search_in="hdr" header="To" assign_to="1"/>
  ${noted('[pid]c[call_number]', '[$1]')}
</action></recv>`;
  const end: End = {
    uri: 'sip:[to]@[remote_ip]:[remote_port]',
    from: 'From: "[fromName]" <sip:[from]@[local_ip]>;tag=[pid]c[call_number]',
    to: 'To[$1]',
  };
  return scenario('calls-and-obeys', [
    ...parts,
    ...progress,
    answered,
    send(request('ACK', 3, sequence)),
    speaks,
    ...obeys(end),
  ]);
}

function waitsWhileItRings(who: 'phone' | 'carrier'): string {
  const { parts, sequence } = invite(who);
  const ended = ['480', '487', '500', '603'].map((code) => `<recv response="${code}" optional="true" next="1"/>`);
  return scenario('waits-while-it-rings', [
    ...parts,
    '<recv response="100" optional="true"/>',
    `<recv response="180"><action>
  <ereg regexp=":.*" search_in="hdr" header="To" assign_to="1"/>
  ${noted('[pid]c[call_number]', '[$1]')}
</action></recv>`,
    ...ended,
    '<recv response="408"/>',
    '<label id="1"/>',
    send(request('ACK', sequence, sequence)),
  ]);
}

function isRefused(who: 'phone' | 'carrier', status: number): string {
  const { parts, sequence } = invite(who);
  const end = [`<recv response="${status}"/>`, send(request('ACK', sequence, sequence))];
  return scenario('is-refused', [...parts, ...progress, ...end]);
}

function givesUp(who: 'phone' | 'carrier', afterMs: number): string {
  const { parts, sequence } = invite(who);
  const cancel = request('CANCEL', sequence, sequence).map((line) => line.replace('[peer_tag_param]', ''));
  return scenario('gives-up', [
    ...parts,
    '<recv response="100" optional="true"/>',
    '<recv response="180"/>',
    pause(afterMs),
    sendUntilAnswered(cancel),
    '<recv response="200"/>',
    '<recv response="487"/>',
    send(request('ACK', sequence, sequence)),
  ]);
}

/** What the calling side does once it has called. */
export type CallerPlan =
  | { readonly kind: 'talks'; readonly ms: number }
  /** Holds for `ms` in the middle of the call. */
  | { readonly kind: 'holds'; readonly ms: number }
  | { readonly kind: 'waits for the end' }
  /** Once answered it does as it is told. */
  | { readonly kind: 'obeys' }
  /** Waits while the other side rings, until the PBX takes the call from it. */
  | { readonly kind: 'waits while it rings' }
  | { readonly kind: 'gives up'; readonly afterMs: number }
  | { readonly kind: 'is refused'; readonly status: number };

export function callerScenario(who: 'phone' | 'carrier', plan: CallerPlan): string {
  switch (plan.kind) {
    case 'talks':
      return talks(who, () => [pause(plan.ms)], 'hangs up');
    case 'holds':
      return talks(
        who,
        (sequence) => [
          pause(200),
          ...reinvite(4, sequence + 1, 2, 'sendonly'),
          pause(plan.ms),
          ...reinvite(6, sequence + 2, 3, 'sendrecv'),
          pause(200),
        ],
        'hangs up',
      );
    case 'obeys':
      return callsAndObeys(who);
    case 'waits while it rings':
      return waitsWhileItRings(who);
    case 'waits for the end':
      return talks(who, () => [], 'waits');
    case 'gives up':
      return givesUp(who, plan.afterMs);
    case 'is refused':
      return isRefused(who, plan.status);
  }
}

/** Somebody writes; a phone has to say who it is. */
export function messageScenario(who: 'phone' | 'carrier', text: string): string {
  const body = ['Content-Type: text/plain;charset=UTF-8', 'Content-Length: [len]', '', text];
  const write = (sequence: number, more: readonly string[]): string =>
    sendUntilAnswered(firstRequest('MESSAGE', sequence, sequence, [...more, ...body]));
  const accepted = '<recv response="202"/>';
  if (who === 'carrier') return scenario('writes', [write(1, []), accepted]);
  return scenario('writes', [write(1, []), '<recv response="401" auth="true"/>', write(2, [login]), accepted]);
}

export type CalledPlan = keyof typeof calledSide;

export function calledScenario(plan: CalledPlan): string {
  return calledSide[plan];
}

const registerRequest = (sequence: number, more: readonly string[]): string[] => [
  'REGISTER sip:[remote_ip]:[remote_port] SIP/2.0',
  via(sequence),
  'From: <sip:[user]@[remote_ip]>;tag=[pid]r[call_number]',
  'To: <sip:[user]@[remote_ip]>',
  'Call-ID: [call_id]',
  `CSeq: ${sequence} REGISTER`,
  'Contact: <sip:[user]@[contact]>',
  'Expires: [expires]',
  'Max-Forwards: 70',
  ...more,
  ...noBody,
];

/** A phone says where it can be called; `expires` 0 takes that back. */
export const registerScenario = scenario('register', [
  sendUntilAnswered(registerRequest(1, [])),
  '<recv response="401" auth="true"/>',
  sendUntilAnswered(registerRequest(2, ['[authentication]'])),
  '<recv response="200"/>',
]);
