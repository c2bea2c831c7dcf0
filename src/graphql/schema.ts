import 'reflect-metadata';
import type { GraphQLSchema } from 'graphql';
import { type BuildSchemaOptions, buildSchemaSync, type PubSub } from 'type-graphql';
import type { AppError } from '../errors.js';
import { CommentConnectionResolver } from './comment/comment-connection.js';
import { CommentPayloadResolver, CommentResolver } from './comment/comment.resolver.js';
import { ConversationResolver, MemberResolver } from './conversation/conversation.resolver.js';
import {
  CommentAddedResolver,
  ConversationEventResolver,
  MemberJoinedResolver,
  RatedResolver,
  TicketClosedResolver,
  TicketOpenedResolver,
  TicketReopenedResolver,
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
import { TicketConnectionResolver, TicketPageResolver } from './ticket/ticket-list.resolver.js';
import { TicketPayloadResolver } from './ticket/ticket-payload.js';
import { TicketRelationsResolver } from './ticket/ticket-relations.resolver.js';
import { TicketResolver } from './ticket/ticket.resolver.js';
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
  const { comments, cursors, listing, lookUps, opening, reading, tickets } = services;
  const resolvers: object[] = [
    new CommentAddedResolver(),
    new CommentConnectionResolver(),
    new CommentPayloadResolver(cursors),
    new CommentResolver(comments),
    new ConversationEventResolver(cursors),
    new ConversationResolver(cursors),
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
    new TicketConnectionResolver(listing),
    new TicketOpenedResolver(),
    new TicketPageResolver(listing),
    new TicketPayloadResolver(),
    new TicketRelationsResolver(cursors),
    new TicketReopenedResolver(),
    new TicketResolver(reading, opening, tickets),
    new TicketStateErrorResolver(),
    new TopicResolver(lookUps),
    new UserResolver(),
    new ValidationErrorResolver(),
    new VersionConflictErrorResolver(),
    new VoteResolver(),
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
