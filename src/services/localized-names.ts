import type { LocalizedNames } from '../entities/state.js';
import { invalid } from '../errors.js';

const defaultLocale = 'en';

/** A name in one locale, as a client sends it. */
export interface LocalizedString {
  locale: string;
  value: string;
}

/** Names by canonical locale; English is needed, because it is what everyone gets whose language is missing. */
export function localizedNames(names: readonly LocalizedString[]): LocalizedNames {
  const found = new Map<string, string>();
  for (const [index, { locale, value }] of names.entries()) {
    const tag = Intl.getCanonicalLocales(locale)[0] ?? locale;
    if (found.has(tag)) {
      const message = `There are two names in \`${tag}\`: give one for each locale.`;
      throw invalid(['input', 'names', String(index), 'locale'], 'unique', message);
    }
    found.set(tag, value.trim());
  }
  if (!found.has(defaultLocale))
    throw invalid(['input', 'names'], 'english', '`names` must have one in the locale `en`.');
  return Object.fromEntries(found);
}

/**
 * The name in the longest part of a locale that there is one in, whatever its case, for the first of the locales that has
 * any; else in English, else any there is.
 */
export function nameIn(names: LocalizedNames, locales: readonly string[]): string {
  const tags = Object.keys(names);
  for (const locale of locales) {
    const asked = `${locale}-`.toLowerCase();
    const [best] = tags.filter((tag) => asked.startsWith(`${tag.toLowerCase()}-`)).sort((a, b) => b.length - a.length);
    if (best !== undefined) return names[best] ?? '';
  }
  return names[defaultLocale] ?? names[tags[0] ?? ''] ?? '';
}
