import { Field, ObjectType } from 'type-graphql';
import type { UserErrorData } from './user-error.type.js';

/** What a mutation left behind: ids where it was carried out, errors where it was not. */
export interface Outcome {
  readonly ticketId?: string;
  readonly commentId?: string | null;
  readonly voteId?: string;
  readonly fileId?: string;
  readonly eventId?: string;
  readonly attributeType?: string | null;
  readonly attributeKey?: string | null;
  readonly replayed: boolean;
  readonly userErrors?: UserErrorData[];
}

/** What every payload says beside its objects. */
@ObjectType({ description: 'What every payload says beside its objects.' })
export abstract class PayloadType {
  @Field(() => Boolean, { description: 'Whether an idempotency key brought back the result of an earlier call.' })
  replayed: boolean;
}

/** How every payload declares its errors. */
export const userErrorsField = { description: 'What went wrong; empty when it was done.' };

/** How every input describes its idempotency key. */
export const idempotencyKeyField = {
  nullable: true,
  description:
    'A text of the caller’s choice, 1..255 characters: the same key with the same input brings back the first result for 24 hours.',
};

/** How every input describes the version that its object has to have. */
export const expectedVersionField = {
  nullable: true,
  description: 'The version that the caller has seen; when it is not current, the answer is VERSION_CONFLICT.',
};
