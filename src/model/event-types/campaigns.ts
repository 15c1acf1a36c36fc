import { Type } from 'typebox';
import { nullable, nullableCount, nullableEnum, nullableText } from '../fields.ts';
import { callOutcomes } from '../outcome.ts';
import { defineType } from './definition.ts';
import { alice } from './examples.ts';

export const campaignTypes = {
  'campaign.attempted': defineType('campaign.attempted', {
    subject: 'none',
    reporter: 'source',
    description:
      'An outbound campaign tried to reach a contact. Each try is one event; the call it made, if any, is in the snapshot.',
    data: Type.Object({
      campaignId: nullableText('Id of the campaign.'),
      campaignName: nullableText('Name of the campaign.'),
      listId: nullableText('Id of the contact list.'),
      contactId: nullableText('Id of the contact in the list.'),
      itemNumber: nullableCount('Which of the contact’s numbers was tried, from 1.'),
      number: nullableText('Number that was called.'),
      attempt: nullableCount('Which try it was, from 1.'),
      outcome: nullableEnum(callOutcomes, 'How the try went.'),
      contact: nullable(
        Type.Record(Type.String(), Type.Unknown()),
        'What the list says about the contact, for a screen pop-up.',
      ),
    }),
    example: {
      seconds: 800,
      seq: 1140,
      data: {
        campaignId: '7',
        campaignName: 'Renewals',
        listId: '21',
        contactId: '9004',
        itemNumber: 1,
        number: alice.number,
        attempt: 2,
        outcome: 'no_answer',
        contact: { customer: 'C-1881' },
      },
    },
  }),
};
