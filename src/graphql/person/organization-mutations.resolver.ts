import { Arg, Mutation, Resolver } from 'type-graphql';
import type { Call } from '../../services/call.js';
import type { Organizations } from '../../services/organizations.js';
import { CurrentCall } from '../context.js';
import type { PayloadType } from '../shared/payload.js';
import {
  CreateOrganizationInput,
  DeleteProjectInput,
  UpdateOrganizationInput,
  UpsertProjectInput,
} from './organization.input.js';
import { deleteProjectPayload, organizationPayload, projectPayload } from './person-payloads.js';

/** What admins do about customer companies and their projects. */
@Resolver()
export class OrganizationMutationsResolver {
  constructor(private readonly organizations: Organizations) {}

  @Mutation(() => organizationPayload.type, { nullable: true, description: 'Admins only. Enters a customer company.' })
  createOrganization(
    @CurrentCall() call: Call,
    @Arg('input', () => CreateOrganizationInput, { description: 'What to enter.' }) input: CreateOrganizationInput,
  ): Promise<PayloadType> {
    return this.organizations.create(call, input);
  }

  @Mutation(() => organizationPayload.type, {
    nullable: true,
    description: 'Admins only. Changes what is known of a customer company.',
  })
  updateOrganization(
    @CurrentCall() call: Call,
    @Arg('input', () => UpdateOrganizationInput, { description: 'What to change, and how.' })
    input: UpdateOrganizationInput,
  ): Promise<PayloadType> {
    return this.organizations.update(call, input);
  }

  @Mutation(() => projectPayload.type, {
    nullable: true,
    description: 'Admins only. Makes a project of an organization, or renames the one that has this key.',
  })
  upsertProject(
    @CurrentCall() call: Call,
    @Arg('input', () => UpsertProjectInput, { description: 'What to make or rename.' }) input: UpsertProjectInput,
  ): Promise<PayloadType> {
    return this.organizations.upsertProject(call, input);
  }

  @Mutation(() => deleteProjectPayload.type, {
    nullable: true,
    description: 'Admins only. Deletes a project that neither tickets nor people belong to.',
  })
  deleteProject(
    @CurrentCall() call: Call,
    @Arg('input', () => DeleteProjectInput, { description: 'What to delete.' }) input: DeleteProjectInput,
  ): Promise<PayloadType> {
    return this.organizations.deleteProject(call, input.projectId);
  }
}
