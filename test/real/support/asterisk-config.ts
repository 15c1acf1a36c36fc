/** The configuration of the test Asterisk: a small company with ten phones, a carrier, an IVR and a mailbox. */

export interface AsteriskPorts {
  readonly sip: number;
  readonly ami: number;
  readonly amiTls: number;
  readonly http: number;
  readonly rtp: number;
}

export interface AsteriskPlan {
  /** The instance's folder as Asterisk sees it, inside its root. */
  readonly dir: string;
  readonly ports: AsteriskPorts;
  readonly secret: string;
  /** Password of every phone. */
  readonly phoneSecret: string;
  /** Put before unique ids, as installations with several Asterisks do. */
  readonly systemName: string | null;
}

/** Address the carrier's calls come from and go to; Asterisk tells it from the phones by this. */
export const carrierHost = '127.0.0.2';
export const phones = Array.from({ length: 20 }, (_, index) => String(101 + index));

function main(plan: AsteriskPlan): string {
  return `[directories]
astetcdir => ${plan.dir}/etc
astdbdir => ${plan.dir}/db
astspooldir => ${plan.dir}/spool
astrundir => ${plan.dir}/run
astlogdir => ${plan.dir}/log
astvarlibdir => /var/lib/asterisk
astdatadir => /usr/share/asterisk
astkeydir => ${plan.dir}/db

[options]
nocolor = yes
${plan.systemName === null ? '' : `systemname = ${plan.systemName}`}
`;
}

/** Loading everything takes many times as long and opens ports nobody asked for. */
const modules = `[modules]
autoload = no
${[
  'res_timing_timerfd',
  'res_sorcery_config',
  'res_sorcery_memory',
  'res_sorcery_astdb',
  'res_sorcery_memory_cache',
  'res_pjproject',
  'res_pjsip',
  'res_pjsip_session',
  'res_pjsip_sdp_rtp',
  'res_pjsip_caller_id',
  'res_pjsip_dtmf_info',
  'res_pjsip_rfc3326',
  'res_pjsip_pubsub',
  'res_pjsip_registrar',
  'res_pjsip_authenticator_digest',
  'res_pjsip_outbound_authenticator_digest',
  'res_pjsip_endpoint_identifier_user',
  'res_pjsip_endpoint_identifier_ip',
  'res_pjsip_refer',
  'res_pjsip_diversion',
  'res_pjsip_nat',
  'res_pjsip_acl',
  'res_rtp_asterisk',
  'res_musiconhold',
  'res_http_websocket',
  'res_stasis',
  'res_stasis_answer',
  'res_stasis_playback',
  'res_stasis_recording',
  'res_stasis_snoop',
  'res_websocket_client',
  'res_ari',
  'res_ari_model',
  'res_ari_channels',
  'res_ari_bridges',
  'res_ari_events',
  'res_ari_asterisk',
  'chan_pjsip',
  'chan_bridge_media',
  'bridge_simple',
  'bridge_softmix',
  'bridge_holding',
  'bridge_native_rtp',
  'bridge_builtin_features',
  'codec_ulaw',
  'codec_alaw',
  'codec_gsm',
  'format_gsm',
  'format_pcm',
  'format_wav',
  'pbx_config',
  'func_callerid',
  'func_channel',
  'func_cdr',
  'func_dialplan',
  'func_logic',
  'func_strings',
  'func_global',
  'app_dial',
  'app_echo',
  'app_playback',
  'app_playtones',
  'app_read',
  'app_stack',
  'app_verbose',
  'app_voicemail',
  'app_queue',
  'app_originate',
  'res_clioriginate',
]
  .map((name) => `load = ${name}.so`)
  .join('\n')}
`;

const logger = `[general]
dateformat = %F %T.%3q
[logfiles]
messages.log => notice,warning,error,verbose(3)
`;

/** The rights are those that docs/guides/asterisk.md asks for, so that the tests fail where they do not suffice. */
function manager(plan: AsteriskPlan): string {
  const account = `secret = ${plan.secret}
deny = 0.0.0.0/0.0.0.0
permit = 127.0.0.1/255.255.255.255
read = system,call,agent,dialplan
write = reporting
eventfilter(action(exclude),name(VarSet)) =
writetimeout = 5000
`;
  return `[general]
enabled = yes
webenabled = no
bindaddr = 127.0.0.1
port = ${plan.ports.ami}
timestampevents = yes
displayconnects = no
tlsenable = yes
tlsbindaddr = 127.0.0.1:${plan.ports.amiTls}
tlscertfile = ${plan.dir}/etc/tls.crt
tlsprivatekey = ${plan.dir}/etc/tls.key

[hub]
${account}
[weak]
secret = ${plan.secret}
read = call
write =
`;
}

const http = (plan: AsteriskPlan): string => `[general]
enabled = yes
bindaddr = 127.0.0.1
bindport = ${plan.ports.http}
`;

const ari = (plan: AsteriskPlan): string => `[general]
enabled = yes
[hub]
type = user
password = ${plan.secret}
`;

const rtp = (plan: AsteriskPlan): string => `[general]
rtpstart = ${plan.ports.rtp}
rtpend = ${plan.ports.rtp + 199}
`;

function pjsip(plan: AsteriskPlan): string {
  const phone = (number: string): string => `
[${number}]
type = endpoint
context = phones
disallow = all
allow = ulaw
aors = ${number}
auth = ${number}
direct_media = no
callerid = "Phone ${number}" <${number}>
send_pai = no
[${number}]
type = aor
max_contacts = 1
remove_existing = yes
[${number}]
type = auth
auth_type = digest
username = ${number}
password = ${plan.phoneSecret}
`;
  return `[global]
type = global
user_agent = Offhook test PBX
endpoint_identifier_order = ip,username
[udp]
type = transport
protocol = udp
bind = 0.0.0.0:${plan.ports.sip}
${phones.map(phone).join('')}
[trunk-carrier]
type = endpoint
context = from-trunk
disallow = all
allow = ulaw
aors = trunk-carrier
direct_media = no
from_user = 3125550100
[trunk-carrier]
type = aor
contact = sip:carrier@${carrierHost}:5060
[trunk-carrier]
type = identify
endpoint = trunk-carrier
match = ${carrierHost}
`;
}

/** A phone that nobody took gets the caller cause 19 (no answer); else the caller hears why the dial failed. */
const causeOfDial = '${IF($["${DIALSTATUS}"="NOANSWER"]?19:${HANGUPCAUSE})}';

/**
 * What numbers do. `from-trunk`: 31255501NN rings phone 1NN, 3125550200 is the IVR, 3125550201 the mailbox, 3125550300
 * rings a phone behind a Local channel. `phones`: 1NN a phone, 7NN and 8NN the same through a Local channel (that
 * optimises itself away, that stays), 500 two phones at once, 9 and more digits the carrier, on the port the last five name.
 */
const extensions = `[general]
static = yes
writeprotect = yes
clearglobalvars = no

[phones]
exten => _1XX,1,Dial(PJSIP/\${EXTEN},3)
 same => n,Hangup(${causeOfDial})
exten => _8XX,1,Dial(Local/1\${EXTEN:1}@phones/n,5)
 same => n,Hangup(${causeOfDial})
exten => _7XX,1,Dial(Local/1\${EXTEN:1}@phones,5)
 same => n,Hangup(${causeOfDial})
exten => _XXXXXXXXX.,1,Dial(PJSIP/trunk-carrier/sip:\${EXTEN}@${carrierHost}:\${EXTEN:-5},5)
 same => n,Hangup(${causeOfDial})
exten => 500,1,Dial(PJSIP/112&PJSIP/113,5)
 same => n,Hangup(${causeOfDial})
exten => 600,1,Goto(ivr,s,1)
exten => 601,1,VoiceMail(101@default,s)
 same => n,Hangup(${causeOfDial})
exten => 602,1,Answer()
 same => n,Echo()

[from-trunk]
exten => _31255501XX,1,Dial(PJSIP/1\${EXTEN:-2},3)
 same => n,Hangup(${causeOfDial})
exten => 3125550200,1,Goto(ivr,s,1)
exten => 3125550201,1,VoiceMail(101@default,s)
 same => n,Hangup(${causeOfDial})
exten => _31255503XX,1,Dial(Local/1\${EXTEN:-2}@phones,5)
 same => n,Hangup(${causeOfDial})

[ivr]
exten => s,1,Answer()
 same => n,Playback(demo-congrats)
 same => n,WaitExten(2)
 same => n,Hangup()
`;

const voicemail = `[general]
format = wav
maxsecs = 5
[default]
101 => 1234,Phone 101
`;

/** Every configuration file by its name. */
export function asteriskFiles(plan: AsteriskPlan): Readonly<Record<string, string>> {
  return {
    'asterisk.conf': main(plan),
    'modules.conf': modules,
    'logger.conf': logger,
    'manager.conf': manager(plan),
    'http.conf': http(plan),
    'ari.conf': ari(plan),
    'rtp.conf': rtp(plan),
    'pjsip.conf': pjsip(plan),
    'extensions.conf': extensions,
    'voicemail.conf': voicemail,
    'queues.conf': '[general]\n',
    'musiconhold.conf': '[default]\nmode = files\ndirectory = /usr/share/asterisk/sounds/en/digits\n',
    'features.conf': '[general]\n',
    'cdr.conf': '[general]\nenable = no\n',
    'cel.conf': '[general]\nenable = no\n',
    'stasis.conf': '',
    'pjproject.conf': '',
    'websocket_client.conf': '',
    'udptl.conf': '',
    'acl.conf': '',
    'indications.conf':
      '[general]\ncountry = us\n[us]\ndescription = US\nringcadence = 2000,4000\ndial = 350+440\nring = 440+480/2000,0/4000\nbusy = 480+620/500,0/500\n',
  };
}
