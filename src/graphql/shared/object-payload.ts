import { type ClassType, Ctx, FieldResolver, ID, ObjectType, Resolver, Root } from 'type-graphql';
import { globalId, type NodeType } from '../../global-id.js';
import type { Loaders } from '../../loaders/loaders.js';
import type { Context } from '../context.js';
import { PayloadType, userErrorsField } from './payload.js';
import { type UserErrorData, UserErrorType } from './user-error.type.js';

/** What a mutation of one object left behind. */
interface ObjectOutcome {
  readonly id?: string;
  readonly userErrors?: UserErrorData[];
}

/** A payload's type, and the resolver of what is in it. */
interface Payload {
  readonly type: ClassType<PayloadType>;
  readonly resolver: new () => object;
}

const lowerFirst = (name: string): string => `${name[0]?.toLowerCase()}${name.slice(1)}`;

/** Makes the type `XPayload` with a field `x`, which is read anew under the rights of now, and its resolver. */
export function objectPayload<T extends object>(
  name: NodeType,
  type: () => ClassType<T>,
  load: (loaders: Loaders, id: string) => Promise<T | null>,
): Payload {
  const field = lowerFirst(name);

  @ObjectType(`${name}Payload`, { description: `The ${field} after the change, or what went wrong.` })
  class ObjectPayloadType extends PayloadType {}

  @Resolver(() => ObjectPayloadType)
  class ObjectPayloadResolver {
    @FieldResolver(() => type(), {
      name: field,
      nullable: true,
      description: `The ${field} as it is now; null when it was not done.`,
    })
    object(@Root() { id }: ObjectOutcome, @Ctx() { loaders }: Context): Promise<T | null> | null {
      return id === undefined ? null : load(loaders, id);
    }

    @FieldResolver(() => [UserErrorType], userErrorsField)
    userErrors(@Root() outcome: ObjectOutcome): UserErrorType[] {
      return outcome.userErrors ?? [];
    }
  }

  return { type: ObjectPayloadType, resolver: ObjectPayloadResolver };
}

/** Makes the type `DeleteXPayload` with a field `deletedXId`, and its resolver. */
export function deletionPayload(name: NodeType): Payload {
  const what = lowerFirst(name);

  @ObjectType(`Delete${name}Payload`, { description: `Which ${what} was deleted, or what went wrong.` })
  class DeletionPayloadType extends PayloadType {}

  @Resolver(() => DeletionPayloadType)
  class DeletionPayloadResolver {
    @FieldResolver(() => ID, {
      name: `deleted${name}Id`,
      nullable: true,
      description: `The id that the ${what} had; null when it was not done.`,
    })
    deletedId(@Root() { id }: ObjectOutcome): string | null {
      return id === undefined ? null : globalId(name, id);
    }

    @FieldResolver(() => [UserErrorType], userErrorsField)
    userErrors(@Root() outcome: ObjectOutcome): UserErrorType[] {
      return outcome.userErrors ?? [];
    }
  }

  return { type: DeletionPayloadType, resolver: DeletionPayloadResolver };
}
