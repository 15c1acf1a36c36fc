/** Every type of event there is: its name, what it carries, and how it is documented. */
export { eventTypes, isEventType, type EventType } from './names.ts';
export { eventCatalog, dataSchemaOf, type EventData, type SubjectOf } from './catalog.ts';
export { expandEventTypes } from './expand.ts';
