import type { AsteriskPlan } from './plan.ts';

/**
 * The rights of `hub` are those that docs/guides/asterisk.md asks for, so that the tests fail where they do not suffice.
 * `keys` presses keys in the phones' place, and does what an administrator would.
 */
export function manager(plan: AsteriskPlan): string {
  const account = `secret = ${plan.secret}
deny = 0.0.0.0/0.0.0.0
permit = 127.0.0.1/255.255.255.255
read = system,call,agent,user,dialplan
write = reporting
${plan.version === 22 ? 'eventfilter(action(exclude),name(VarSet)) =' : 'eventfilter = !Event: VarSet'}
writetimeout = 5000
`;
  return `[general]
enabled = yes
webenabled = no
bindaddr = 127.0.0.1
port = ${plan.ports.ami}
timestampevents = yes
channelvars = QUEUESTATUS,MIXMONITOR_FILENAME,VM_MESSAGEFILE
displayconnects = no
tlsenable = yes
tlsbindaddr = 127.0.0.1:${plan.ports.amiTls}
tlscertfile = ${plan.dir}/etc/tls.crt
tlsprivatekey = ${plan.dir}/etc/tls.key

[hub]
${account}
; May also be asked to begin, end and send on calls.
[commander]
${account.replace('write = reporting', 'write = reporting,originate,call')}
[weak]
secret = ${plan.secret}
read = call
write =

[keys]
secret = ${plan.secret}
deny = 0.0.0.0/0.0.0.0
permit = 127.0.0.1/255.255.255.255
read =
write = all
`;
}
