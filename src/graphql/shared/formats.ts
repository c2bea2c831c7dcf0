import { isEmail, isPhoneNumber, ValidateBy, type ValidationOptions } from 'class-validator';
import { isAbsent } from './validation.js';

/** A text of a format that has a name. */
const Format = (
  name: string,
  test: (text: string) => boolean,
  description: string,
  options?: ValidationOptions,
): PropertyDecorator =>
  ValidateBy(
    {
      name,
      validator: {
        validate: (value) => isAbsent(value) || test(value as string),
        defaultMessage: (args) => `\`${args?.property}\` must be ${description}.`,
      },
    },
    options,
  );

/** An e-mail address, or a list of them. */
export const Email = (options?: ValidationOptions): PropertyDecorator =>
  Format('email', (text) => isEmail(text), 'an e-mail address: `name@example.com`', options);

/** A phone number that there can be, in the one form that means the same everywhere. */
export const PhoneNumber = (): PropertyDecorator =>
  Format(
    'phoneNumber',
    (text) => /^\+[1-9]\d{1,14}$/.test(text) && isPhoneNumber(text),
    'a phone number with its country code, as E.164 has it: `+447816432764`',
  );

/** A key in the company's own systems (parity d22). */
export const HumanId = (): PropertyDecorator =>
  Format(
    'humanId',
    (text) => text.length <= 64 && /^[A-Z]{3}(-\d+)+$/.test(text),
    'three capital letters and groups of digits, 64 characters at most: `ORG-2134-342`',
  );

/** The name for programs of a row of a look-up table. */
export const Key = (): PropertyDecorator =>
  Format(
    'key',
    (text) => /^[a-z0-9][a-z0-9_.-]{0,63}$/.test(text),
    '1..64 of the characters a-z, 0-9, `_`, `.` and `-`, the first of them a letter or digit',
  );

/** A BCP 47 tag. */
export const Locale = (): PropertyDecorator =>
  Format('locale', isLocale, 'a BCP 47 tag of 35 characters at most: `en`, `pt-BR`');

function isLocale(text: string): boolean {
  try {
    return text.length <= 35 && Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}
