/** Where recordings of calls are fetched from, by the ids that the calls carry. */
import type { Readable } from 'node:stream';

export interface RecordingFile {
  /** Without folders. */
  readonly name: string;
  readonly bytes: number;
  readonly contentType: string;
  /** Its bytes from one place until another, both included; once. */
  read(from: number, until: number): Readable;
  /** Where it is not read. */
  close(): Promise<void>;
}

export interface RecordingFiles {
  /** @param startedAt of the call, milliseconds. @returns null where there is none that may be read */
  open(recordingId: string, startedAt: number): Promise<RecordingFile | null>;
}

/** Recordings that another phone system keeps, and hands out to us. */
export interface RemoteRecordings {
  /** @returns `sound` is open: whoever asked has to read or destroy it */
  fetch(wanted: RemoteWanted): Promise<RemoteRecording>;
}

export interface RemoteWanted {
  readonly recordingId: string;
  /** Of bytes, as the header `Range` has it; null: all of it. */
  readonly range: string | null;
  /** Who reads it: nobody may have all that are fetched at a time. */
  readonly reader: string;
}

export interface RemoteSound {
  readonly kind: 'sound';
  readonly contentType: string;
  /** Of what is sent; null: it is not said. */
  readonly bytes: number | null;
  /** `Content-Range`, where it is the part that was asked for; null: it is all of it. */
  readonly contentRange: string | null;
  /** It can be asked for parts. */
  readonly inParts: boolean;
  /** Fails where the rest of it does not come. */
  readonly body: Readable;
}

export type RemoteRecording =
  | RemoteSound
  /** Nothing is where the range begins. */
  | { readonly kind: 'beyond'; readonly contentRange: string | null }
  /** The phone system has no such recording, or no more. */
  | { readonly kind: 'gone' }
  /** No way is known to get recordings from it. */
  | { readonly kind: 'not_offered' }
  /** Later it may work; `waitMs` where it is known when. */
  | { readonly kind: 'unavailable'; readonly why: string; readonly waitMs: number | null }
  /** It answered, and not with what was asked for. */
  | { readonly kind: 'refused'; readonly why: string };
