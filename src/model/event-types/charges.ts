import { Type } from 'typebox';
import { idText, nullableCount, nullableEnum, nullableText } from '../fields.ts';
import { defineType } from './definition.ts';
import { alice, endedCall } from './examples.ts';

export const chargeKinds = [
  'call',
  'recording',
  'call_flow',
  'api_request',
  'caller_id',
  'message',
  'fax',
  'other',
] as const;

export const chargeTypes = {
  'charge.made': defineType('charge.made', {
    subject: 'none',
    reporter: 'offhook',
    description:
      'Something was charged for: a call by the domain’s rates, or a fee. Amounts are decimal text, so that no cent is lost on the way; a charge is made exactly once, and `chargeId` names it for good.',
    data: Type.Object({
      chargeId: idText('Names this charge for good.'),
      kind: Type.Enum([...chargeKinds], { description: 'What was charged for.' }),
      amount: Type.String({
        pattern: '^-?[0-9]{1,15}(\\.[0-9]{1,9})?$',
        description: 'Amount as decimal text; negative for money given back.',
      }),
      currency: Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217 code.' }),
      billedSeconds: nullableCount('Seconds charged for, after rounding.'),
      number: nullableText('Number the rate was found by.'),
      ratePerMinute: nullableText('Price of a minute, as decimal text.'),
      rateName: nullableText('Name of the rate.'),
      source: nullableEnum(
        [
          'sms',
          'api',
          'click_to_call',
          'web_call',
          'did',
          'campaign',
          'conference',
          'web_recording',
          'fax',
          'app',
          'sip',
          'other',
        ],
        'What gave rise to it.',
      ),
      action: nullableEnum(['call', 'transfer', 'other'], 'The part of it that is charged for.'),
    }),
    example: {
      seconds: 70,
      seq: 1055,
      extension: '101',
      call: endedCall,
      data: {
        chargeId: 'ch-5001',
        kind: 'call',
        amount: '0.0120',
        currency: 'USD',
        billedSeconds: 60,
        number: alice.number,
        ratePerMinute: '0.012',
        rateName: 'US inbound',
        source: 'did',
        action: 'call',
      },
    },
  }),
};
