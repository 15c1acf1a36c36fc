/** What UnifiedAPI takes and says, for the reference; what is right is decided where it is read. */
import { Type } from 'typebox';
import { typeWords } from './event-types.ts';
import { resourceFields } from './phone-call-event.ts';

const text = (description: string) => Type.Optional(Type.String({ description }));

const changeable = {
  method: text('0 for GET, 1 for POST.'),
  url: text('The URL that is called.'),
  status: text('0 for disabled, 1 for enabled; 1 where it is left out.'),
  note: text('Whatever helps to know it again.'),
};

export const NewEventSchema = Type.Object({
  type: text(`${typeWords}. Not needed where the path has it.`),
  method: Type.String({ description: '0 for GET, 1 for POST.' }),
  url: Type.String({ description: 'The URL that is called.' }),
  status: changeable.status,
  note: changeable.note,
});

export const EventChangeSchema = Type.Object(changeable);

export const ListingSchema = Type.Object({
  count: text('Most events in the answer, 1 to 4999; 20 where it is left out.'),
  startIndex: text('How many come before, 0 to 5000.'),
  filterBy: text('id, method, modified, note, status, type or url.'),
  filterValue: text('The value it must have; of `modified` its beginning is enough.'),
  fields: text(`Which of ${resourceFields.join(', ')}, with commas between.`),
  sortOrder: text('ascending or descending, by url.'),
});

export const UnifiedRefusalSchema = Type.Object({
  error: Type.Object({
    code: Type.String({ description: 'The vendor’s code, or that of a problem of Offhook.' }),
    message: Type.String({ description: 'The field at fault, what is wrong with it, and what to do.' }),
  }),
});
