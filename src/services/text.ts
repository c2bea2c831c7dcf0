import { invalid } from '../errors.js';

/** Longest title, in code points (parity x12). */
export const titleLimit = 255;

/** Whether a text has only characters that the database can hold. */
export const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

/** Trims a text and tells blank from absent: null where there is none. */
export const trimmed = (text: string | null | undefined): string | null => text?.trim() ?? null;

/** The first line of a text that says anything, cut to the length of a title (parity x11). */
export function titleFrom(text: string): string {
  const line = text.split(/[\r\n\u2028\u2029]+/).find((candidate) => candidate.trim() !== '') ?? '';
  return [...line.trim()].slice(0, titleLimit).join('').trim();
}

/** The first of the texts that is there; none at all is refused (parity x11). */
export function requireText(...texts: (string | null)[]): string {
  const text = texts.find((candidate) => candidate !== null);
  if (text === undefined || text === null) {
    throw invalid(['input'], 'required', 'At least one of `title`, `description` and `body` is needed.');
  }
  return text;
}
