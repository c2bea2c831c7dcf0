import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { TicketChange } from '../../live/feed/ticket-feed.js';

registerEnumType(TicketChange, {
  name: 'TicketChange',
  description: 'What becomes of a ticket in a list that is followed.',
  valuesConfig: {
    ENTERED: { description: 'It matches the filter now, and did not before.' },
    UPDATED: { description: 'It matched the filter and does so still; something of it has changed.' },
    LEFT: { description: 'It no longer matches, or the viewer may no longer see it.' },
    CHECKPOINT: { description: 'Caught up: everything up to `cursor` was delivered. Without a ticket.' },
  },
});

/** A change of a list of tickets. */
@ObjectType('TicketFeedEvent', {
  description: 'A ticket that enters, changes in or leaves a list, or that there is nothing more for now.',
})
export class TicketFeedEventType {
  @Field(() => TicketChange, { description: 'What became of the ticket.' })
  change: TicketChange;
}
