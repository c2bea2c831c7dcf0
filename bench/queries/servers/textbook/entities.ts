import { Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';

/** Somebody. */
@ObjectType()
@Entity('users')
export class User {
  @Field(() => ID)
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  @Field(() => String)
  @Column({ type: 'text' })
  name!: string;

  @Column({ type: 'text' })
  role!: string;
}

/** What a ticket is about. */
@ObjectType()
@Entity('topics')
export class Topic {
  @Field(() => ID)
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  @Field(() => String)
  @Column({ type: 'text' })
  key!: string;
}

/** A score. */
@ObjectType()
@Entity('votes')
export class Vote {
  @Field(() => ID)
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  @Field(() => Int)
  @Column({ type: 'int' })
  score!: number;
}

/** A request for help. */
@ObjectType()
@Entity('tickets')
export class Ticket {
  @Field(() => ID)
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  @Field(() => Int)
  @Column({ type: 'int' })
  number!: number;

  @Field(() => String)
  @Column({ type: 'text' })
  title!: string;

  @Field(() => Date)
  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  createdAt!: Date;

  @Field(() => Date)
  @Column({ name: 'updated_at', type: 'timestamptz', precision: 3 })
  updatedAt!: Date;

  @Column({ name: 'last_event_at', type: 'timestamptz', precision: 3 })
  lastEventAt!: Date;

  @Column({ name: 'closed_at', type: 'timestamptz', precision: 3, nullable: true })
  closedAt!: Date | null;

  @Column({ name: 'deleted_at', type: 'timestamptz', precision: 3, nullable: true })
  deletedAt!: Date | null;

  @Column({ type: 'int' })
  version!: number;

  @Column({ name: 'staff_seq', type: 'int' })
  staffSeq!: number;

  @Column({ name: 'public_seq', type: 'int' })
  publicSeq!: number;

  @Column({ name: 'reporter_id', type: 'uuid' })
  reporterId!: string;

  @ManyToOne(() => User)
  @JoinColumn({ name: 'reporter_id' })
  reporter?: User;

  @Column({ name: 'topic_id', type: 'uuid', nullable: true })
  topicId!: string | null;

  @ManyToOne(() => Topic)
  @JoinColumn({ name: 'topic_id' })
  topic?: Topic;
}

/** A word in the conversation about a ticket. */
@ObjectType()
@Entity('comments')
export class Comment {
  @Field(() => ID)
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  @Field(() => String)
  @Column({ type: 'text' })
  body!: string;

  @Field(() => Date)
  @Column({ name: 'sent_at', type: 'timestamptz', precision: 3 })
  sentAt!: Date;

  @Column({ name: 'deleted_at', type: 'timestamptz', precision: 3, nullable: true })
  deletedAt!: Date | null;

  @Column({ name: 'staff_seq', type: 'int' })
  staffSeq!: number;

  @Column({ name: 'public_seq', type: 'int', nullable: true })
  publicSeq!: number | null;

  @Column({ type: 'text' })
  visibility!: string;

  @Column({ name: 'author_role', type: 'text' })
  authorRole!: string;

  @Column({ name: 'ticket_id', type: 'uuid' })
  ticketId!: string;

  @ManyToOne(() => Ticket)
  @JoinColumn({ name: 'ticket_id' })
  ticket?: Ticket;

  @Column({ name: 'author_id', type: 'uuid' })
  authorId!: string;

  @ManyToOne(() => User)
  @JoinColumn({ name: 'author_id' })
  author?: User;

  @Column({ name: 'vote_id', type: 'uuid', nullable: true })
  voteId!: string | null;
}

/** A file that belongs to a comment. */
@ObjectType()
@Entity('files')
export class File {
  @Field(() => ID)
  @PrimaryGeneratedColumn('uuid')
  id!: string;

  @Field(() => String)
  @Column({ type: 'text' })
  name!: string;

  @Field(() => Int)
  @Column({ type: 'int' })
  size!: number;

  @Column({ type: 'int', nullable: true })
  position!: number | null;

  @Column({ name: 'comment_id', type: 'uuid', nullable: true })
  commentId!: string | null;
}
