import { Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Project } from './project.js';
import { User } from './user.js';

/** That a user belongs to a project. */
@Entity('user_projects')
export class UserProject {
  @ForeignKey(() => User) @PrimaryColumn('uuid') userId: string;
  @Index() @ForeignKey(() => Project) @PrimaryColumn('uuid') projectId: string;
}
