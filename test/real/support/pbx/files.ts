/** The configuration of the test Asterisk: a small company with phones, a carrier, menus, queues and mailboxes. */
import { extensions } from './dialplan.ts';
import { agents, confbridge, features, parking, queues, voicemail } from './features.ts';
import { manager } from './manager.ts';
import { modules } from './modules.ts';
import { pjsip } from './pjsip.ts';
import type { AsteriskPlan } from './plan.ts';

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

const logger = `[general]
dateformat = %F %T.%3q
[logfiles]
messages.log => notice,warning,error,verbose(3)
`;

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
    'queues.conf': queues,
    'agents.conf': agents,
    'musiconhold.conf': '[default]\nmode = files\ndirectory = /usr/share/asterisk/sounds/en/digits\n',
    'features.conf': features,
    'res_parking.conf': parking,
    'confbridge.conf': confbridge,
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
