import { carrierHost } from './plan.ts';

/** A phone that nobody took gets the caller cause 19 (no answer); else the caller hears why the dial failed. */
const causeOfDial = '${IF($["${DIALSTATUS}"="NOANSWER"]?19:${HANGUPCAUSE})}';

/** Both parties may transfer (`#1`, `*2`) and park (`#72`). */
const mayTransfer = 'tTkK';

/** As docs/guides/asterisk.md gives it. */
export const tellsOfMessages = `[tell-offhook]
exten => s,1,UserEvent(OffhookMessage,Direction: \${ARG1},Extension: \${ARG2},Id: \${BASE64_ENCODE(\${MESSAGE_DATA(Call-ID)})},From: \${BASE64_ENCODE(\${MESSAGE(from)})},To: \${BASE64_ENCODE(\${MESSAGE(to)})},Text: \${BASE64_ENCODE(\${MESSAGE(body)})},Status: \${MESSAGE_SEND_STATUS})
 same => n,Return()
`;

/**
 * What numbers do. `phones`: 1NN, 94N and 95N a phone, 7NN and 8NN the same through a Local channel (that optimises itself away, that
 * stays), 2NN a queue, 3NN a conference, 5NN groups and forwards, 6NN services, `*8` picks up what rings next to it, `*81NN`
 * what rings at that phone, 90N a phone, 91N its mailbox, 92N its owner's way in, 9 and more digits the carrier, on the port the last five name. `from-trunk`: 31255501NN rings
 * phone 1NN, 3125555NNN reaches NNN as a phone would, and a few older numbers.
 */
export const extensions = `[general]
static = yes
writeprotect = yes
clearglobalvars = no

[phones]
include => parked
include => services
include => groups
include => people
exten => _1XX,1,Dial(PJSIP/\${EXTEN},6,${mayTransfer})
 same => n,Hangup(${causeOfDial})
exten => _9[45]X,1,Dial(PJSIP/\${EXTEN},12,${mayTransfer})
 same => n,Hangup(${causeOfDial})
exten => _8XX,1,Dial(Local/1\${EXTEN:1}@phones/n,5)
 same => n,Hangup(${causeOfDial})
exten => _7XX,1,Dial(Local/1\${EXTEN:1}@phones,5)
 same => n,Hangup(${causeOfDial})
exten => _XXXXXXXXX.,1,Dial(PJSIP/trunk-carrier/sip:\${EXTEN}@${carrierHost}:\${EXTEN:-5},5,${mayTransfer})
 same => n,Hangup(${causeOfDial})
exten => _*81XX,1,PickupChan(PJSIP/\${EXTEN:2},p)
exten => *8,1,Pickup()

[groups]
exten => 500,1,Dial(PJSIP/112&PJSIP/113,5)
 same => n,Hangup(${causeOfDial})
; Sends every call on to 1NN, as a phone's user has told the PBX to.
exten => _51X,1,Set(REDIRECTING(from-num,i)=\${EXTEN})
 same => n,Set(REDIRECTING(to-num,i)=14\${EXTEN:-1})
 same => n,Set(REDIRECTING(reason)=cfu)
 same => n,Dial(Local/14\${EXTEN:-1}@phones,5)
 same => n,Hangup(${causeOfDial})
; Does not want to be disturbed.
exten => _52X,1,Busy(1)
; All lines to the carrier are taken.
exten => _53X,1,Congestion(1)

[services]
exten => 600,1,Goto(ivr,s,1)
exten => 601,1,VoiceMail(101@default,s)
 same => n,Hangup(${causeOfDial})
exten => 602,1,Answer()
 same => n,Echo()
; A menu; 1 leads to phone 1NN.
exten => _62X,1,Goto(menu\${EXTEN:-1},s,1)
; Nobody answers at 19N, so the caller may leave a message.
exten => _63X,1,Dial(PJSIP/19\${EXTEN:-1},1)
 same => n,VoiceMail(19\${EXTEN:-1}@default,su)
 same => n,Hangup()
exten => _2XX,1,Answer()
 same => n,Set(CHANNEL(musicclass)=default)
 same => n,Queue(q\${EXTEN},ckt,,,\${IF($["\${EXTEN}"="241"]?2:60)})
 same => n,Goto(after-queue,s,1)
; Gives up after some seconds; 244 goes on from there.
exten => _24[34],1,Answer()
 same => n,Queue(q\${EXTEN},ckt,,,6)
 same => n,GotoIf($["\${EXTEN}"="243"]?after-queue,s,1)
 same => n,Wait(60)
 same => n,Hangup()
exten => _3XX,1,Answer()
 same => n,ConfBridge(\${EXTEN})
 same => n,Hangup()
exten => _64X,1,Answer()
 same => n,Park(,sc(phones,64\${EXTEN:-1},3))
 same => n,Hangup()
; Recorded from the answer on.
exten => _65X,1,Set(AUDIOHOOK_INHERIT(MixMonitor)=yes)
 same => n,MixMonitor(call-\${UNIQUEID}.wav,b)
 same => n,Dial(PJSIP/18\${EXTEN:-1},5,${mayTransfer})
 same => n,Hangup()
; Rings for a long time.
exten => _66X,1,Dial(PJSIP/11\${EXTEN:-1},60)
 same => n,Hangup(${causeOfDial})
; Who is let go by these gets something else.
exten => _22X,1,Answer()
 same => n,Set(CHANNEL(musicclass)=default)
 same => n,Queue(q\${EXTEN},ckt,,,20)
 same => n,Goto(let-go,\${QUEUESTATUS},1)

[after-queue]
exten => s,1,NoOp(\${QUEUESTATUS})
 same => n,Hangup()

; An empty queue leaves its callers to the mailbox, a full one to the phone 955, and who was withdrawn is told so.
[let-go]
exten => LEAVEEMPTY,1,VoiceMail(101@default,s)
 same => n,Hangup()
exten => FULL,1,Dial(PJSIP/955,5,${mayTransfer})
 same => n,Hangup(${causeOfDial})
exten => WITHDRAW,1,Playback(demo-congrats)
 same => n,Hangup()

[from-trunk]
exten => _31255501XX,1,Dial(PJSIP/1\${EXTEN:-2},3,${mayTransfer})
 same => n,Hangup(${causeOfDial})
exten => 3125550200,1,Goto(ivr,s,1)
exten => 3125550201,1,VoiceMail(101@default,s)
 same => n,Hangup(${causeOfDial})
exten => _31255503XX,1,Dial(Local/1\${EXTEN:-2}@phones,5)
 same => n,Hangup(${causeOfDial})
exten => _3125555XXX,1,Goto(phones,\${EXTEN:-3},1)

[ivr]
exten => s,1,Answer()
 same => n,Playback(demo-congrats)
 same => n,WaitExten(2)
 same => n,Hangup()

[menu1]
exten => s,1,Answer()
 same => n,Background(demo-congrats)
 same => n,WaitExten(5)
 same => n,Hangup()
exten => 1,1,Goto(phones,189,1)
exten => 2,1,Goto(phones,209,1)

; Long enough for whatever breaks meanwhile.
[menu3]
exten => s,1,Answer()
 same => n,WaitExten(120)
 same => n,Hangup()

; Who waits in the queue 242 may press 1 to be called back.
[queue-keys]
exten => 1,1,Playback(demo-congrats)
 same => n,Hangup()

[people]
exten => _90X,1,Dial(PJSIP/\${EXTEN},5)
 same => n,Hangup(${causeOfDial})
; The mailbox of 90N, and its owner's way in.
exten => _91X,1,VoiceMail(90\${EXTEN:-1}@default,s)
 same => n,Hangup()
exten => _92X,1,Answer()
 same => n,VoiceMailMain(90\${EXTEN:-1}@default,s)
 same => n,Hangup()
; Agent 7 signs on here.
exten => 930,1,AgentLogin(7,s)
 same => n,Hangup()
exten => 904,hint,PJSIP/904&Custom:DND904,CustomPresence:904

[agents]
exten => _X,1,AgentRequest(\${EXTEN})

[messages]
exten => _[19]XX,1,MessageSend(pjsip:\${EXTEN},\${MESSAGE(from)})
 same => n,Gosub(tell-offhook,s,1(out))
exten => _XXXXXXXXX.,1,MessageSend(pjsip:trunk-carrier/sip:\${EXTEN}@${carrierHost}:\${EXTEN:-5},\${MESSAGE(from)})
 same => n,Gosub(tell-offhook,s,1(out))

[messages-from-trunk]
exten => _31255501XX,1,MessageSend(pjsip:1\${EXTEN:-2},\${MESSAGE(from)})
 same => n,Gosub(tell-offhook,s,1(in,1\${EXTEN:-2}))
exten => _3125555XXX,1,MessageSend(pjsip:\${EXTEN:-3},\${MESSAGE(from)})
 same => n,Gosub(tell-offhook,s,1(in,\${EXTEN:-3}))

${tellsOfMessages}`;
