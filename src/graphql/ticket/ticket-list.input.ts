import { ArgsType, Field, InputType, Int } from 'type-graphql';
import { Direction } from '../../db/keyset.js';
import { TicketOrderField } from '../../services/ticket-order.js';
import { Between, CheckedLater, Text } from '../shared/validation.js';
import { TicketFilterInput } from './ticket-filter.input.js';

const largestPage = 1_000;

/** What tickets are listed by. */
@InputType('TicketOrder', {
  description: 'The order of a list; tickets that are equal in it are ordered by their ids.',
})
export class TicketOrderInput {
  @CheckedLater()
  @Field(() => TicketOrderField, { defaultValue: TicketOrderField.UPDATED_AT, description: 'What to order by.' })
  field: TicketOrderField;

  @CheckedLater()
  @Field(() => Direction, { defaultValue: Direction.DESC, description: 'Which way.' })
  direction: Direction;
}

/** Which tickets, and in which order. */
@ArgsType()
export class TicketListArgs {
  @CheckedLater()
  @Field(() => TicketFilterInput, { nullable: true, description: 'Only those that match; all when absent.' })
  filter?: TicketFilterInput | null;

  @Text(1, 500)
  @Field(() => String, {
    nullable: true,
    description:
      'Only those where all these words, in any of their forms, are in title and description or in one comment that the viewer may read: 1..500 characters. `"words in a row"`, `or` and `-without` are understood; English, Russian and Portuguese are.',
  })
  query?: string | null;

  @CheckedLater()
  @Field(() => TicketOrderInput, { nullable: true, description: 'What changed last comes first when absent.' })
  orderBy?: TicketOrderInput | null;
}

/** Which page. */
@ArgsType()
export class PageNumberArgs {
  @Between(1, 2_147_483_647)
  @Field(() => Int, { defaultValue: 1, description: 'From 1 on; a page behind the last is empty.' })
  page: number;

  @Between(1, largestPage)
  @Field(() => Int, { defaultValue: 10, description: 'How many items a page has, 1..1000.' })
  itemsPerPage: number;
}
