import { Field, InterfaceType, ObjectType } from 'type-graphql';
import { type AppError, type ArgumentPath, ErrorCode } from '../../errors.js';

/** What stands behind every user error. */
export type UserErrorData = Pick<AppError, 'code' | 'message' | 'details'> & { path: ArgumentPath | undefined };

const typeOf: Partial<Record<ErrorCode, string>> = {
  VALIDATION_FAILED: 'ValidationError',
  TICKET_CLOSED: 'TicketStateError',
  TICKET_NOT_CLOSED: 'TicketStateError',
  VERSION_CONFLICT: 'VersionConflictError',
  RATE_LIMITED: 'RateLimitError',
};

/** What went wrong, as data. */
@InterfaceType('UserError', {
  description:
    'What went wrong, as data. A mutation that does not select `userErrors` gets the same as a GraphQL error with the same `extensions.code`.',
  resolveType: ({ code }: UserErrorData) => typeOf[code] ?? 'RequestError',
})
export abstract class UserErrorType {
  @Field(() => ErrorCode, { description: 'For programs.' })
  code: ErrorCode;

  @Field(() => String, { description: 'For people.' })
  message: string;

  @Field(() => [String], { nullable: true, description: 'Where in the arguments: [`input`, `title`].' })
  path?: readonly string[] | undefined;
}

/** A value that breaks a rule. */
@ObjectType('ValidationError', { implements: UserErrorType, description: 'A value breaks a rule.' })
export class ValidationErrorType extends UserErrorType {}

/** A ticket that is closed, or is not. */
@ObjectType('TicketStateError', {
  implements: UserErrorType,
  description: 'The ticket is closed where it has to be open, or the other way round.',
})
export class TicketStateErrorType extends UserErrorType {}

/** An object that has changed meanwhile. */
@ObjectType('VersionConflictError', {
  implements: UserErrorType,
  description: 'The object has changed since the caller saw it.',
})
export class VersionConflictErrorType extends UserErrorType {}

/** Something that was done too often. */
@ObjectType('RateLimitError', {
  implements: UserErrorType,
  description: 'The viewer has done this as often as a customer may within a minute; the message names the limit.',
})
export class RateLimitErrorType extends UserErrorType {}

/** Any other failure. */
@ObjectType('RequestError', { implements: UserErrorType, description: 'A failure whose code needs no more said.' })
export class RequestErrorType extends UserErrorType {}
