import { ValidateBy } from 'class-validator';

/** Separators of paths and lines, control characters, and those that make a text run backwards (`exe.png` may be `gnp.exe`). */
const misleading = /[/\\\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

/** A name for a file that can't be taken for a path, nor for another name. */
export const FileName = (): PropertyDecorator =>
  ValidateBy({
    name: 'fileName',
    validator: {
      validate: (value) => {
        const name = (value as string).trim();
        return !misleading.test(name) && !/^\.{1,2}$/.test(name);
      },
      defaultMessage: (args) =>
        `\`${args?.property}\` must not contain slashes, backslashes, control characters or marks that turn its direction.`,
    },
  });

const token = "[\\w!#$%&'*+.^`|~-]+";
const mediaType = new RegExp(
  `^[a-z0-9][\\w!#$&^+.-]*/[a-z0-9][\\w!#$&^+.-]*(?: ?; ?${token}=(?:${token}|"[\\w !#-[\\]-~]*"))*$`,
  'i',
);

/** A MIME type, with or without parameters. */
export const MediaType = (): PropertyDecorator =>
  ValidateBy({
    name: 'mediaType',
    validator: {
      // The length is looked at first: only short texts are matched.
      validate: (value) => (value as string).length <= 200 && mediaType.test((value as string).trim()),
      defaultMessage: (args) => `\`${args?.property}\` must be a MIME type, such as image/png.`,
    },
  });
