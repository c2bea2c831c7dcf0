import 'reflect-metadata';
import type { GraphQLSchema } from 'graphql';
import { type BuildSchemaOptions, buildSchemaSync, type PubSub } from 'type-graphql';
import type { AppError } from '../errors.js';
import { CommentConnectionResolver } from './comment/comment-connection.js';
import { CommentPayloadResolver, DeleteCommentPayloadResolver } from './comment/comment-payload.js';
import { CommentRightsResolver } from './comment/comment-rights.resolver.js';
import { CommentResolver } from './comment/comment.resolver.js';
import { ConversationResolver, MemberResolver } from './conversation/conversation.resolver.js';
import {
  CommentAddedResolver,
  CommentEditedResolver,
  CommentRemovedResolver,
  ConversationEventResolver,
  MemberJoinedResolver,
  RatedResolver,
  TicketClosedResolver,
  TicketOpenedResolver,
  TicketReopenedResolver,
  TicketUpdatedResolver,
} from './event/event.resolver.js';
import { CheckpointType } from './event/event.type.js';
import { StateResolver, TopicResolver } from './lookup/lookup.resolver.js';
import { NodeResolver } from './node/node.resolver.js';
import { GroupResolver, OrganizationResolver, ProjectResolver, UserResolver } from './person/person.resolver.js';
import { guardRootFields } from './root-fields.js';
import './shared/enums.js';
import {
  TicketStateErrorResolver,
  ValidationErrorResolver,
  VersionConflictErrorResolver,
} from './shared/user-error.resolver.js';
import { RequestErrorType } from './shared/user-error.type.js';
import { validateArguments } from './shared/validation.js';
import { TicketPayloadResolver } from './ticket/ticket-payload.js';
import { TicketRightsResolver } from './ticket/ticket-rights.resolver.js';
import { TicketRelationsResolver } from './ticket/ticket-relations.resolver.js';
import { TicketResolver } from './ticket/ticket.resolver.js';
import { VotePayloadResolver } from './vote/vote-payload.js';
import { RateableResolver, VoteResolver } from './vote/vote.resolver.js';
import type { Services } from './services.js';

/** TypeGraphQL asks for one as soon as there is a subscription, although each of ours has a stream of its own. */
const inertPubSub: PubSub = {
  publish: () => undefined,
  subscribe: () => {
    throw new Error('subscriptions bring their own streams');
  },
};

/** Builds the whole schema over the services; `onFault` hears of faults that clients get as data. */
export function createSchema(services: Services, onFault: (error: AppError) => void): GraphQLSchema {
  const { comments, cursors, lookUps, opening, reading, readMarks, tickets, updates, votes } = services;
  const resolvers: object[] = [
    new CommentAddedResolver(),
    new CommentConnectionResolver(),
    new CommentEditedResolver(),
    new CommentPayloadResolver(cursors),
    new CommentRemovedResolver(),
    new CommentResolver(comments),
    new CommentRightsResolver(),
    new ConversationEventResolver(cursors),
    new ConversationResolver(cursors),
    new DeleteCommentPayloadResolver(),
    new GroupResolver(),
    new MemberJoinedResolver(),
    new MemberResolver(),
    new NodeResolver(),
    new OrganizationResolver(),
    new ProjectResolver(),
    new RateableResolver(),
    new RatedResolver(),
    new StateResolver(lookUps),
    new TicketClosedResolver(),
    new TicketOpenedResolver(),
    new TicketPayloadResolver(),
    new TicketRelationsResolver(cursors),
    new TicketReopenedResolver(),
    new TicketResolver(reading, opening, tickets, updates, readMarks),
    new TicketRightsResolver(),
    new TicketStateErrorResolver(),
    new TicketUpdatedResolver(),
    new TopicResolver(lookUps),
    new UserResolver(),
    new ValidationErrorResolver(),
    new VersionConflictErrorResolver(),
    new VotePayloadResolver(),
    new VoteResolver(votes),
  ];
  const instances = new Map<unknown, object>(resolvers.map((resolver) => [resolver.constructor, resolver]));
  const schema = buildSchemaSync({
    resolvers: [...instances.keys()] as unknown as BuildSchemaOptions['resolvers'],
    orphanedTypes: [CheckpointType, RequestErrorType],
    container: { get: (target: unknown) => instances.get(target) },
    validateFn: validateArguments,
    validate: true,
    pubSub: inertPubSub,
  });
  return guardRootFields(schema, onFault);
}
