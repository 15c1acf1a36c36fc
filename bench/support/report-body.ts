/** What a Ringme posts of answered inbound calls, 1,000 of them side by side. */
const callsAtOnce = 1_000;
const stages = ['dial-in', 'answer', 'hangup'] as const;
const start = Date.now() - 60_000;

/** The form of the post with this number. */
export function reportBody(index: number): string {
  const perRound = callsAtOnce * stages.length;
  const call = Math.floor(index / perRound) * callsAtOnce + (index % callsAtOnce);
  const stage = stages[Math.floor((index % perRound) / callsAtOnce)] as (typeof stages)[number];
  const form = new URLSearchParams({
    EventType: stage,
    CallID: `${call}`.padStart(32, 'c'),
    SubCallID: `5101-${`${call}`.padStart(32, 'd')}`,
    CallAPIID: `c-${call}`,
    CallerIDNum: `+1215${String(5_550_000 + (call % 10_000))}`,
    CallerIDName: 'Alice',
    CalledNumber: '0003*101',
    CalledDID: '+13125550101',
    CalledExtension: '0003*101@domain-0',
    CalledExtensionID: '5101',
    CallStatus: stage === 'dial-in' ? 'CALLING' : 'ANSWER',
    CallFlow: 'in',
    EventTime: String((start + index) * 1_000),
    ...(stage === 'hangup' && { Duration: '1000123' }),
  });
  return form.toString();
}
