/** What callers can do on the way: keys during a call, parking, waiting rooms, rooms, mailboxes. */

/** One of the queues: 2NN is called `q2NN`. */
interface QueuePlan {
  readonly name: string;
  readonly strategy: 'ringall' | 'rrmemory';
  readonly members: readonly string[];
  /** Seconds an agent's phone rings. */
  readonly ring: number;
  readonly more?: readonly string[];
}

const member = (number: string): string => `member => PJSIP/${number},0,Agent ${number}`;
/** As systems with a web front end have them: through the dialplan, its state known by the phone's own. */
const memberThroughLocal = (number: string): string =>
  `member => Local/${number}@phones/n,0,Agent ${number},PJSIP/${number}`;

export const queuePlans: readonly QueuePlan[] = [
  { name: 'q201', strategy: 'ringall', members: ['151', '152', '153'].map(member), ring: 5 },
  { name: 'q202', strategy: 'rrmemory', members: ['154', '155', '156'].map(member), ring: 1 },
  { name: 'q203', strategy: 'ringall', members: ['157', '158'].map(memberThroughLocal), ring: 5 },
  { name: 'q204', strategy: 'ringall', members: ['159'].map(member), ring: 5 },
  { name: 'q205', strategy: 'ringall', members: ['160'].map(member), ring: 5 },
  { name: 'q206', strategy: 'ringall', members: [], ring: 5, more: ['joinempty = no'] },
  { name: 'q207', strategy: 'ringall', members: ['161'].map(member), ring: 5 },
  { name: 'q208', strategy: 'ringall', members: ['member => Local/194@phones,0,Agent 194'], ring: 5 },
  { name: 'q209', strategy: 'ringall', members: ['195'].map(member), ring: 5 },
  { name: 'q210', strategy: 'ringall', members: ['150'].map(member), ring: 5 },
  { name: 'q211', strategy: 'ringall', members: ['196'].map(member), ring: 5 },
  // The agent hears something before the caller.
  { name: 'q212', strategy: 'ringall', members: ['941'].map(member), ring: 5, more: ['announce = queue-thankyou'] },
  // These let callers go: once no agent is left who might take them, one who came when two waited, whoever is told to.
  { name: 'q221', strategy: 'ringall', members: ['951'].map(member), ring: 2, more: ['leavewhenempty = paused'] },
  { name: 'q222', strategy: 'ringall', members: [], ring: 2, more: ['leavewhenempty = yes'] },
  { name: 'q223', strategy: 'ringall', members: ['953'].map(member), ring: 5, more: ['maxlen = 1'] },
  { name: 'q224', strategy: 'ringall', members: ['954'].map(member), ring: 5 },
  { name: 'q241', strategy: 'ringall', members: ['162'].map(member), ring: 5 },
  { name: 'q242', strategy: 'ringall', members: ['163'].map(member), ring: 5, more: ['context = queue-keys'] },
  { name: 'q243', strategy: 'ringall', members: ['165'].map(member), ring: 5 },
  { name: 'q244', strategy: 'ringall', members: ['166'].map(member), ring: 5 },
  // Nobody is in these; agents join by themselves.
  { name: 'q291', strategy: 'ringall', members: [], ring: 5 },
  { name: 'q292', strategy: 'ringall', members: [], ring: 5 },
  // Ann signs on at any phone before the queue calls her.
  { name: 'q293', strategy: 'ringall', members: ['member => Local/7@agents,0,Ann,Agent:7'], ring: 5 },
  { name: 'q294', strategy: 'ringall', members: [], ring: 5 },
];

const queueText = ({ name, strategy, members, ring, more = [] }: QueuePlan): string => `[${name}]
strategy = ${strategy}
timeout = ${ring}
retry = 1
wrapuptime = 0
autofill = yes
ringinuse = no
setinterfacevar = yes
setqueueentryvar = yes
reportholdtime = no
announce-frequency = 0
${more.join('\n')}
${members.join('\n')}
`;

export const queues = `[general]
persistentmembers = no
autofill = yes
shared_lastcall = no

${queuePlans.map(queueText).join('\n')}`;

export const features = `[general]
transferdigittimeout = 3
transferdialattempts = 1
transferretrysound = beep
transferinvalidsound = beeperr
xfersound = beep
atxfernoanswertimeout = 5
atxferdropcall = no
atxferloopdelay = 1
atxfercallbackretries = 1
featuredigittimeout = 2000
pickupexten = *8
[featuremap]
blindxfer => #1
atxfer => *2
parkcall => #72
disconnect => *0
automixmon => *3
`;

/** Agents who sign on by themselves. */
export const agents = `[general]
[7]
fullname = Ann
ackcall = no
musiconhold = default
`;

/** Slots 401 to 420; who parked is called back after six seconds. */
export const parking = `[general]
parkeddynamic = no
[default]
parkext => 400
parkpos => 401-420
context => parked
parkingtime => 6
comebacktoorigin = yes
comebackdialtime = 3
findslot => next
`;

export const confbridge = `[general]
[default_user]
type = user
music_on_hold_when_empty = yes
announce_join_leave = no
announce_user_count = no
announce_only_user = no
[default_bridge]
type = bridge
max_members = 10
`;

const mailbox = (number: string): string => `${number} => 1234,Phone ${number}`;

export const voicemail = `[general]
format = wav
maxsecs = 5
minsecs = 0
maxsilence = 2
[default]
${['101', '190', '191', '192', '905'].map(mailbox).join('\n')}
`;
