/**
 * Recordings in a folder that the phone system writes them to, or a copy of it. A recording's id is the name of its file
 * without the ending; it lies in the folder itself or in that of its day (`2026/11/27/`). Ids come from the phone system, so
 * nothing outside the folder is ever opened, whatever they are and wherever a link leads.
 */
import { open, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { RecordingFile, RecordingFiles } from '../calls/recording-files.ts';

/** Endings of sound files, as Asterisk writes them, and what they hold. */
const soundTypes: Readonly<Record<string, string>> = {
  wav: 'audio/wav',
  WAV: 'audio/wav',
  mp3: 'audio/mpeg',
  ogg: 'audio/ogg',
  opus: 'audio/ogg',
  gsm: 'audio/x-gsm',
  ulaw: 'audio/basic',
  alaw: 'audio/x-alaw-basic',
  g722: 'audio/G722',
};

const plainName = /^[A-Za-z0-9+][A-Za-z0-9+@=_., -]{0,250}$/;
const dayMs = 86_400_000;

export function createRecordingFolder(folder: string): RecordingFiles {
  return {
    open: async (recordingId, startedAt) => {
      if (!plainName.test(recordingId)) return null;
      const root = await realpath(folder).catch(() => null);
      if (root === null) return null;
      for (const day of ['', ...daysAround(startedAt)]) {
        for (const [ending, contentType] of Object.entries(soundTypes)) {
          const found = await openWithin(root, join(root, day, `${recordingId}.${ending}`), contentType);
          if (found) return found;
        }
      }
      return null;
    },
  };
}

/** Folders are named by the PBX's own day, which may be the next or the one before. */
function daysAround(at: number): string[] {
  const days = [at, at - dayMs, at + dayMs].map((ms) => new Date(ms).toISOString().slice(0, 10));
  return days.map((day) => day.replaceAll('-', '/'));
}

async function openWithin(root: string, path: string, contentType: string): Promise<RecordingFile | null> {
  const real = await realpath(path).catch(() => null);
  if (!real?.startsWith(`${root}${sep}`)) return null;
  const file = await open(real).catch(() => null);
  const facts = await file?.stat();
  if (!file || !facts?.isFile()) {
    await file?.close();
    return null;
  }
  return {
    name: path.slice(path.lastIndexOf(sep) + 1),
    bytes: facts.size,
    contentType,
    read: (start, end) => file.createReadStream({ start, end }),
    close: () => file.close(),
  };
}
