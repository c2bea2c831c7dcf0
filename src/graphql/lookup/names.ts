import Negotiator from 'negotiator';
import type { LocalizedNames } from '../../entities/state.js';
import type { LocalizedStringType } from './lookup.type.js';

/** How much of what a client says about its languages is read. */
const longestHeader = 1_000;
const mostLocales = 20;

/** The locales of an `Accept-Language` text, the most wanted first; what is not understood in it is left out. */
export function acceptedLocales(header: string | undefined): string[] {
  const negotiator = new Negotiator({ headers: { 'accept-language': (header ?? '').slice(0, longestHeader) } });
  return negotiator.languages().slice(0, mostLocales);
}

/** All names, in the order of their locales. */
export const listOf = (names: LocalizedNames): LocalizedStringType[] =>
  Object.entries(names)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([locale, value]) => ({ locale, value }));
