import { validate, ValidateBy, type ValidationError } from 'class-validator';
import type { ValidatorFn } from 'type-graphql';
import { type AppError, type ArgumentPath, invalid } from '../../errors.js';

const codePoints = (text: string): number => {
  let count = 0;
  for (const _ of text) count++;
  return count;
};

const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();

const hasLength = (text: string, min: number, max: number): boolean => {
  const length = codePoints(text.trim());
  return length >= min && length <= max && isStorable(text);
};

/** Whether a value is left out; what needs one is not nullable in the schema. */
export const isAbsent = (value: unknown): boolean => value === undefined || value === null;

/** A text whose trimmed length, in code points, lies between the limits (parity e2, e3). */
export const Text = (min: number, max: number): PropertyDecorator =>
  ValidateBy({
    name: 'length',
    validator: {
      validate: (value) => isAbsent(value) || hasLength(value as string, min, max),
      defaultMessage: (args) =>
        typeof args?.value === 'string' && !isStorable(args.value)
          ? `\`${args.property}\` must not contain NUL characters or halves of surrogate pairs.`
          : `\`${args?.property}\` must have ${min}..${max} characters, not counting blanks at its ends.`,
    },
  });

/** A list of texts, each of a trimmed length between the limits. */
export const Texts = (min: number, max: number): PropertyDecorator =>
  ValidateBy({
    name: 'length',
    validator: {
      validate: (value) => isAbsent(value) || (value as string[]).every((text) => hasLength(text, min, max)),
      defaultMessage: (args) => `Each of \`${args?.property}\` must have ${min}..${max} characters.`,
    },
  });

/** A whole number between the limits. */
export const Between = (min: number, max: number): PropertyDecorator =>
  ValidateBy({
    name: 'range',
    validator: {
      validate: (value) => isAbsent(value) || ((value as number) >= min && (value as number) <= max),
      defaultMessage: (args) => `\`${args?.property}\` must be ${min}..${max}.`,
    },
  });

/** One of a few whole numbers. */
export const OneOf = (...numbers: number[]): PropertyDecorator =>
  ValidateBy({
    name: 'oneOf',
    validator: {
      validate: (value) => isAbsent(value) || numbers.includes(value as number),
      defaultMessage: (args) => `\`${args?.property}\` must be ${numbers.join(' or ')}.`,
    },
  });

/** A list with so many distinct items. */
export const Items = (min: number, max: number): PropertyDecorator =>
  ValidateBy({
    name: 'items',
    validator: {
      validate: (value) => {
        if (isAbsent(value)) return true;
        const items = value as unknown[];
        return items.length >= min && items.length <= max && new Set(items).size === items.length;
      },
      defaultMessage: (args) => `\`${args?.property}\` must have ${min}..${max} items, none of them twice.`,
    },
  });

/** Leaves the property to the services' own rules; it marks that somebody has thought of it. */
export const CheckedLater = (): PropertyDecorator =>
  ValidateBy({ name: 'checkedLater', validator: { validate: () => true, defaultMessage: () => '' } });

/** Checks the arguments of every operation by the decorators of their classes; the first broken rule is told. */
export const validateArguments: ValidatorFn = async (value: unknown): Promise<void> => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  const errors = await validate(value, { forbidUnknownValues: false, stopAtFirstError: true });
  const isInput = value.constructor.name.endsWith('Input');
  if (errors[0]) throw firstError(errors[0], isInput ? ['input'] : []);
};

function firstError(error: ValidationError, parent: ArgumentPath): AppError {
  const path = [...parent, error.property];
  if (error.children?.[0]) return firstError(error.children[0], path);
  const [constraint, message] = Object.entries(error.constraints ?? {})[0] ?? ['unknown', 'The value is not valid.'];
  return invalid(path, constraint, message);
}
