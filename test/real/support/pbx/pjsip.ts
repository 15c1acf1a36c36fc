import { type AsteriskPlan, carrierHost, phones } from './plan.ts';

/** All phones may pick up each other's calls (`*8`), and each of the last ten has a line for messages only. */
export function pjsip(plan: AsteriskPlan): string {
  const phone = (number: string): string => `
[${number}]
type = endpoint
context = phones
message_context = messages
disallow = all
allow = ulaw
aors = ${number}
auth = ${number}
direct_media = no
callerid = "Phone ${number}" <${number}>
send_pai = no
named_call_group = ${groupOf(number)}
named_pickup_group = ${groupOf(number)}
[${number}]
type = aor
max_contacts = 1
remove_existing = yes
[${number}]
type = auth
auth_type = ${plan.version === 22 ? 'digest' : 'userpass'}
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
message_context = messages-from-trunk
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

/** Five neighbours each: who picks up a call of the group takes no call of another scenario. */
const groupOf = (number: string): string => `desk-${Math.floor((Number(number) - 1) / 5)}`;
