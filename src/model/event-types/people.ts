import { Type } from 'typebox';
import { estimatedFlag, nullableEnum, nullableFlag, nullableText, textList } from '../fields.ts';
import { extensionTypes } from '../tenants.ts';
import { defineType } from './definition.ts';

export const presenceStates = ['available', 'away', 'busy', 'do_not_disturb', 'on_call', 'ringing', 'offline'] as const;

export const peopleTypes = {
  'subscriber.updated': defineType('subscriber.updated', {
    subject: 'none',
    reporter: 'source',
    description:
      'A user or an extension of the phone system was added, changed or removed; or was found there for the first time.',
    data: Type.Object({
      change: nullableEnum(['created', 'updated', 'deleted'], 'What happened to the user.'),
      changed: textList('Names of the fields that changed.'),
      login: nullableText('Name the user logs in with.'),
      name: nullableText('Full name.'),
      firstName: nullableText('First name.'),
      lastName: nullableText('Last name.'),
      email: nullableText('E-mail address.'),
      extensions: textList('Extensions the user owns.'),
      type: nullableEnum(extensionTypes, 'What the extension is, where there is one.'),
      callerId: nullableText('Number shown on the user’s outside calls.'),
      department: nullableText('Department.'),
      site: nullableText('Site.'),
      timeZone: nullableText('IANA name of the time zone.'),
      role: nullableText('Role in the phone system.'),
      status: nullableText('Status text the user set.'),
      voicemail: nullableFlag('Whether the user has voicemail.'),
      estimated: estimatedFlag,
    }),
    example: {
      seconds: 900,
      seq: 1150,
      extension: '101',
      data: {
        change: 'updated',
        changed: ['department'],
        login: 'bob',
        name: 'Bob Brown',
        firstName: 'Bob',
        lastName: 'Brown',
        email: 'bob@acme.example',
        extensions: ['101'],
        type: 'phone',
        callerId: '+13125550101',
        department: 'Support',
        site: null,
        timeZone: 'America/Chicago',
        role: 'user',
        status: null,
        voicemail: true,
      },
    },
  }),
  'presence.changed': defineType('presence.changed', {
    subject: 'none',
    reporter: 'source',
    description:
      'Whether a user or an extension can be reached changed: the phone came or went, rings, is in use, or somebody set a status. A phone that rings or is in use counts for more than what its user set. `previousState` is null where it was not known.',
    data: Type.Object({
      state: nullableEnum(presenceStates, 'What it is now.'),
      previousState: nullableEnum(presenceStates, 'What it was before.'),
      message: nullableText('Status text the user set.'),
      registered: nullableFlag('Whether at least one device is registered.'),
      device: nullableText('Device that changed.'),
      name: nullableText('Display name of the user.'),
      estimated: estimatedFlag,
    }),
    example: {
      seconds: 905,
      seq: 1151,
      extension: '101',
      data: {
        state: 'on_call',
        previousState: 'available',
        message: null,
        registered: true,
        device: 'PJSIP/101',
        name: 'Bob Brown',
      },
    },
  }),
};
