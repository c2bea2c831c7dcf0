import { Check, Column, Entity, Unique } from 'typeorm';
import { Id, WrittenAt } from './columns.js';

/** What a state describes of a ticket. */
export const StateType = {
  STATE: 'STATE',
  TYPE: 'TYPE',
  PRIORITY: 'PRIORITY',
  STAGE: 'STAGE',
  OUTCOME: 'OUTCOME',
} as const;
/** One of the five kinds of state. */
export type StateType = (typeof StateType)[keyof typeof StateType];

/** What a status means to the rules, whatever it is called. */
export const StatusCategory = {
  OPEN: 'OPEN',
  IN_PROGRESS: 'IN_PROGRESS',
  WAITING: 'WAITING',
  RESOLVED: 'RESOLVED',
  CLOSED: 'CLOSED',
} as const;
/** One of the five categories of a status. */
export type StatusCategory = (typeof StatusCategory)[keyof typeof StatusCategory];

/** Names by BCP 47 locale. */
export type LocalizedNames = Readonly<Record<string, string>>;

/** A row of the configurable look-up table behind a ticket's status, type, priority, stage and outcome. */
@Entity('states')
@Unique(['type', 'key'])
@Check('states_type_check', `type in ('STATE', 'TYPE', 'PRIORITY', 'STAGE', 'OUTCOME')`)
@Check(
  'states_category_check',
  `(category is not null) = (type = 'STATE') and category in ('OPEN', 'IN_PROGRESS', 'WAITING', 'RESOLVED', 'CLOSED')`,
)
export class State {
  @Id() id: string;
  @Column('text') type: StateType;
  @Column('text') key: string;
  @Column('text') description: string;
  @Column('jsonb') localizedNames: LocalizedNames;
  @Column('int') rank: number;
  @Column('text', { nullable: true }) category: StatusCategory | null;
  @WrittenAt() createdAt: Date;
  @WrittenAt() updatedAt: Date;
}
