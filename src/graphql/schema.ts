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
import { LookUpMutationsResolver } from './lookup/lookup-mutations.resolver.js';
import { deleteStatePayload, deleteTopicPayload, statePayload, topicPayload } from './lookup/lookup-payloads.js';
import { StateResolver, TopicResolver } from './lookup/lookup.resolver.js';
import { NodeResolver } from './node/node.resolver.js';
import { GroupMutationsResolver } from './person/group-mutations.resolver.js';
import { OrganizationMutationsResolver } from './person/organization-mutations.resolver.js';
import { PeopleResolver } from './person/people.resolver.js';
import { organizationConnection, userConnection } from './person/person-connections.js';
import {
  deleteGroupPayload,
  deleteProjectPayload,
  groupPayload,
  organizationPayload,
  projectPayload,
  userPayload,
} from './person/person-payloads.js';
import { GroupResolver, OrganizationResolver, ProjectResolver, UserResolver } from './person/person.resolver.js';
import { UserMutationsResolver } from './person/user-mutations.resolver.js';
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

/** Types that are made rather than written, with the resolvers of their fields. */
const generated = [
  deleteGroupPayload,
  deleteProjectPayload,
  deleteStatePayload,
  deleteTopicPayload,
  groupPayload,
  organizationConnection,
  organizationPayload,
  projectPayload,
  statePayload,
  topicPayload,
  userConnection,
  userPayload,
];

/** Builds the whole schema over the services; `onFault` hears of faults that clients get as data. */
export function createSchema(services: Services, onFault: (error: AppError) => void): GraphQLSchema {
  const { comments, cursors, groups, listing, lookUps, opening, organizations, peopleReading } = services;
  const { reading, states, tickets, topics, users } = services;
  const resolvers: object[] = [
    new CommentAddedResolver(),
    new CommentConnectionResolver(),
    new CommentPayloadResolver(cursors),
    new CommentResolver(comments),
    new ConversationEventResolver(cursors),
    new ConversationResolver(cursors),
    new GroupMutationsResolver(groups),
    new GroupResolver(),
    new LookUpMutationsResolver(states, topics),
    new MemberJoinedResolver(),
    new MemberResolver(),
    new NodeResolver(),
    new OrganizationMutationsResolver(organizations),
    new OrganizationResolver(),
    new PeopleResolver(peopleReading),
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
    new UserMutationsResolver(users),
    new UserResolver(),
    new ValidationErrorResolver(),
    new VersionConflictErrorResolver(),
    new VoteResolver(),
    ...generated.map(({ resolver: Generated }) => new Generated()),
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
