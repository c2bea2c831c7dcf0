import 'reflect-metadata';
import type { GraphQLSchema } from 'graphql';
import { type BuildSchemaOptions, buildSchemaSync, type PubSub } from 'type-graphql';
import type { AppError } from '../errors.js';
import { AuditResolver } from './audit/audit.resolver.js';
import { TicketAttributePayloadResolver } from './attribute/attribute-payload.js';
import { TicketAttributeResolver } from './attribute/attribute.resolver.js';
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
  TicketDeletedResolver,
  TicketOpenedResolver,
  TicketReopenedResolver,
  TicketSplitResolver,
  TicketUpdatedResolver,
} from './event/event.resolver.js';
import { CheckpointType } from './event/event.type.js';
import { LookUpMutationsResolver } from './lookup/lookup-mutations.resolver.js';
import { deleteStatePayload, deleteTopicPayload, statePayload, topicPayload } from './lookup/lookup-payloads.js';
import { FileResolver } from './file/file.resolver.js';
import { UploadPayloadResolver } from './file/upload-payload.js';
import { TicketFeedResolver } from './feed/feed.resolver.js';
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
import { RateLimitResolver } from './rate-limit/rate-limit.resolver.js';
import { TicketReportConnectionResolver, TicketReportResolver } from './report/report.resolver.js';
import { guardRootFields } from './root-fields.js';
import './shared/enums.js';
import {
  RateLimitErrorResolver,
  TicketStateErrorResolver,
  ValidationErrorResolver,
  VersionConflictErrorResolver,
} from './shared/user-error.resolver.js';
import { RequestErrorType } from './shared/user-error.type.js';
import { validateArguments } from './shared/validation.js';
import { SystemEventPayloadResolver } from './system-event/system-event-payload.js';
import {
  SystemEventConnectionResolver,
  SystemEventResolver,
  TicketSystemEventsResolver,
} from './system-event/system-event.resolver.js';
import {
  DeleteTicketPayloadResolver,
  SplitTicketPayloadResolver,
  TicketLifecycleResolver,
} from './ticket/ticket-lifecycle.resolver.js';
import { TicketConnectionResolver, TicketPageResolver } from './ticket/ticket-list.resolver.js';
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
  const resolvers: object[] = [
    new AuditResolver(services.audit),
    new CommentAddedResolver(),
    new CommentConnectionResolver(),
    new CommentEditedResolver(),
    new CommentPayloadResolver(services.cursors),
    new CommentRemovedResolver(),
    new CommentResolver(services.comments),
    new CommentRightsResolver(),
    new ConversationEventResolver(services.cursors),
    new ConversationResolver(services.cursors),
    new DeleteCommentPayloadResolver(),
    new DeleteTicketPayloadResolver(),
    new GroupMutationsResolver(services.groups),
    new FileResolver(services.uploads, services.downloads),
    new GroupResolver(),
    new LookUpMutationsResolver(services.states, services.topics),
    new MemberJoinedResolver(),
    new MemberResolver(),
    new NodeResolver(),
    new OrganizationMutationsResolver(services.organizations),
    new OrganizationResolver(),
    new PeopleResolver(services.peopleReading),
    new ProjectResolver(),
    new RateableResolver(),
    new RateLimitErrorResolver(),
    new RateLimitResolver(services.quotas),
    new RatedResolver(),
    new StateResolver(services.lookUps),
    new SplitTicketPayloadResolver(),
    new SystemEventConnectionResolver(),
    new SystemEventPayloadResolver(),
    new SystemEventResolver(services.confirmation, services.reading),
    new TicketAttributePayloadResolver(),
    new TicketAttributeResolver(services.attributes),
    new TicketClosedResolver(),
    new TicketDeletedResolver(),
    new TicketFeedResolver(services.feedCursors),
    new TicketLifecycleResolver(services.tickets, services.splitting),
    new TicketConnectionResolver(services.listing, services.feeds),
    new TicketOpenedResolver(),
    new TicketPageResolver(services.listing),
    new TicketPayloadResolver(),
    new TicketRelationsResolver(services.cursors),
    new TicketReopenedResolver(),
    new TicketReportConnectionResolver(),
    new TicketReportResolver(services.reports),
    new TicketResolver(services.reading, services.opening, services.tickets, services.updates, services.readMarks),
    new TicketRightsResolver(),
    new TicketSplitResolver(),
    new TicketStateErrorResolver(),
    new TicketSystemEventsResolver(services.cursors),
    new TicketUpdatedResolver(),
    new TopicResolver(services.lookUps),
    new UploadPayloadResolver(services.uploads),
    new UserResolver(),
    new ValidationErrorResolver(),
    new VersionConflictErrorResolver(),
    new VotePayloadResolver(),
    new VoteResolver(services.votes),
    new UserMutationsResolver(services.users),
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
  return guardRootFields(schema, services.quotas, onFault);
}
