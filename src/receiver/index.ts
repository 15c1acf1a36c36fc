/**
 * `offhook/receiver`: for programs that receive Offhook's notifications. Checks the signature, reads the events with
 * their types, and handles each once. It needs nothing but `node:crypto`; docs/guides/receiver-node.md shows its use.
 */
export { type VerifierOptions, type SignedRequest, type SignatureHeaders, type Verifier } from './verify.ts';
export { createVerifier, verify } from './verify.ts';
export { ReceiverProblem, type ReceiverProblemCode } from './problem.ts';
export type { RequestHeaders } from './headers.ts';
export { isKnownEvent, parseNotification, type Notification, type NotificationMode } from './parse.ts';
export type { OffhookEvent, OffhookEventOf, UnknownEvent } from './offhook-event.ts';
export type { EventType } from '../model/event-types/names.ts';
export type { Call, Leg, Party } from '../model/call.ts';
export { createReceiver, type Delivery, type IncomingNotification } from './receiver.ts';
export type { Receiver, ReceiverOptions } from './receiver.ts';
export type { Answer } from './answer.ts';
export { RetryLater, Unsubscribe } from './signals.ts';
export type { ClaimOutcome, SeenStore } from './seen-store.ts';
export { createMemoryStore, type MemoryStoreOptions } from './memory-store.ts';
export { expressHandler, type NodeHandler } from './express.ts';
export { fastifyReceiver, type FastifyLike, type FastifyReplyLike } from './fastify.ts';
export { fetchHandler } from './fetch.ts';
