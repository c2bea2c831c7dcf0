import { Length } from 'class-validator';
import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  FieldResolver,
  ID,
  Int,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { IsNull } from 'typeorm';
import type { Context } from './context.js';
import { Comment, File, Ticket, Topic, User, Vote } from './entities.js';

@ArgsType()
class TicketsArgs {
  @Field(() => Int)
  first!: number;

  @Field(() => String, { nullable: true })
  after?: string | null;

  @Field(() => Int, { nullable: true })
  page?: number | null;
}

@ArgsType()
class AddCommentArgs {
  @Field(() => ID)
  ticketId!: string;

  @Field(() => ID)
  authorId!: string;

  @Length(1, 50_000)
  @Field(() => String)
  body!: string;
}

@ObjectType()
class TicketList {
  @Field(() => [Ticket])
  nodes!: Ticket[];

  @Field(() => Boolean)
  hasNextPage!: boolean;

  @Field(() => String, { nullable: true })
  endCursor!: string | null;
}

/** Tickets and what hangs on them. */
@Resolver(() => Ticket)
export class TicketResolver {
  @Query(() => Ticket, { nullable: true })
  ticket(@Arg('id', () => ID) id: string, @Ctx() { database }: Context): Promise<Ticket | null> {
    return database.getRepository(Ticket).findOneBy({ id, deletedAt: IsNull() });
  }

  @Query(() => TicketList)
  async tickets(
    @Args(() => TicketsArgs) { first, after, page }: TicketsArgs,
    @Ctx() { database }: Context,
  ): Promise<TicketList> {
    const query = database
      .getRepository(Ticket)
      .createQueryBuilder('t')
      .where({ closedAt: IsNull(), deletedAt: IsNull() })
      .orderBy('t.updatedAt', 'DESC')
      .addOrderBy('t.id', 'DESC')
      .take(first + 1)
      .skip(((page ?? 1) - 1) * first);
    if (after != null) {
      const [updatedAt, id] = after.split('|');
      query.andWhere('(t.updatedAt, t.id) < (:updatedAt, :id)', { updatedAt, id });
    }
    const found = await query.getMany();
    const nodes = found.slice(0, first);
    const last = nodes.at(-1);
    const endCursor = last ? `${last.updatedAt.toISOString()}|${last.id}` : null;
    return { nodes, hasNextPage: found.length > first, endCursor };
  }

  @FieldResolver(() => User)
  reporter(@Root() { reporterId }: Ticket, @Ctx() { loaders }: Context): Promise<User | null> {
    return loaders.users.load(reporterId);
  }

  @FieldResolver(() => Topic, { nullable: true })
  topic(@Root() { topicId }: Ticket, @Ctx() { loaders }: Context): Promise<Topic | null> | null {
    return topicId === null ? null : loaders.topics.load(topicId);
  }

  @FieldResolver(() => [Comment])
  async comments(
    @Root() { id }: Ticket,
    @Arg('first', () => Int) first: number,
    @Ctx() { loaders }: Context,
  ): Promise<Comment[]> {
    return (await loaders.comments.load(id)).slice(0, first);
  }

  @FieldResolver(() => Int)
  commentCount(@Root() { id }: Ticket, @Ctx() { loaders }: Context): Promise<number> {
    return loaders.commentCounts.load(id);
  }

  @FieldResolver(() => Comment, { nullable: true })
  lastComment(@Root() { id }: Ticket, @Ctx() { loaders }: Context): Promise<Comment | null> {
    return loaders.lastComments.load(id);
  }
}

/** Comments and what hangs on them. */
@Resolver(() => Comment)
export class CommentResolver {
  @Mutation(() => Comment)
  addComment(
    @Args(() => AddCommentArgs) { ticketId, authorId, body }: AddCommentArgs,
    @Ctx() { database }: Context,
  ): Promise<Comment> {
    return database.transaction(async (manager) => {
      const ticket = await manager.findOneOrFail(Ticket, {
        where: { id: ticketId, closedAt: IsNull(), deletedAt: IsNull() },
        lock: { mode: 'pessimistic_write' },
      });
      const author = await manager.findOneByOrFail(User, { id: authorId });
      const now = new Date();
      Object.assign(ticket, {
        staffSeq: ticket.staffSeq + 1,
        publicSeq: ticket.publicSeq + 1,
        version: ticket.version + 1,
        updatedAt: now,
        lastEventAt: now,
      });
      await manager.save(ticket);
      const comment = manager.create(Comment, {
        ticketId,
        authorId,
        authorRole: author.role,
        visibility: 'PUBLIC',
        body,
        staffSeq: ticket.staffSeq,
        publicSeq: ticket.publicSeq,
        sentAt: now,
      });
      return manager.save(comment);
    });
  }

  @FieldResolver(() => User)
  author(@Root() { authorId }: Comment, @Ctx() { loaders }: Context): Promise<User | null> {
    return loaders.users.load(authorId);
  }

  @FieldResolver(() => Vote, { nullable: true })
  vote(@Root() { voteId }: Comment, @Ctx() { loaders }: Context): Promise<Vote | null> | null {
    return voteId ? loaders.votes.load(voteId) : null;
  }

  @FieldResolver(() => [File])
  files(@Root() { id }: Comment, @Ctx() { loaders }: Context): Promise<File[]> {
    return loaders.files.load(id);
  }
}
