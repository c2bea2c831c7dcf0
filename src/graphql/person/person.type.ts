import { Field, ObjectType } from 'type-graphql';
import { Role } from '../../auth/viewer.js';
import { NodeType } from '../node/node.type.js';
import { DateTimeScalar } from '../shared/scalars.js';
import { Shared } from '../shared/shared-field.js';

/** A person. */
@ObjectType('User', { implements: NodeType, description: 'A person: a customer or a member of staff.' })
export class UserType extends NodeType {
  @Shared()
  @Field(() => String, { description: 'The name that everyone sees.' })
  name: string;

  @Shared()
  @Field(() => Role, { description: 'What the person may be to the gateway.' })
  role: Role;

  @Shared()
  @Field(() => Boolean, { description: 'Whether the person may sign in.' })
  isActive: boolean;

  @Shared()
  @Field(() => DateTimeScalar, { description: 'When the person was first known.' })
  createdAt: Date;

  @Shared()
  @Field(() => DateTimeScalar, { description: 'When name, role or isActive last changed.' })
  updatedAt: Date;
}

/** A customer company. */
@ObjectType('Organization', {
  implements: NodeType,
  description: 'A customer company: the team whose members share tickets.',
})
export class OrganizationType extends NodeType {
  @Shared()
  @Field(() => String, { nullable: true, description: "Key in the company's own systems: `ORG-2134-342`." })
  humanId: string | null;

  @Shared()
  @Field(() => String, { description: 'The name that everyone uses.' })
  name: string;

  @Shared()
  @Field(() => String, { nullable: true, description: 'The name in its contracts.' })
  legalName: string | null;

  @Shared()
  @Field(() => String, { nullable: true, description: 'Its part in the trade, such as `partner`.' })
  role: string | null;

  @Shared()
  @Field(() => DateTimeScalar, { description: 'When it was first known.' })
  createdAt: Date;

  @Shared()
  @Field(() => DateTimeScalar, { description: 'When it last changed.' })
  updatedAt: Date;
}

/** A part of an organization. */
@ObjectType('Project', {
  implements: NodeType,
  description: 'A part of an organization that tickets can be confined to.',
})
export class ProjectType extends NodeType {
  @Shared()
  @Field(() => String, { description: 'Unique within the organization.' })
  key: string;

  @Shared()
  @Field(() => String, { description: 'What people call it.' })
  name: string;
}

/** A queue of the support team. */
@ObjectType('Group', { implements: NodeType, description: 'A queue of the support team.' })
export class GroupType extends NodeType {
  @Shared()
  @Field(() => String, { description: 'What people call it.' })
  name: string;

  @Shared()
  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  createdAt: Date;

  @Shared()
  @Field(() => DateTimeScalar, { description: 'When it last changed.' })
  updatedAt: Date;
}
