import type { Client } from '@urql/core';
import type { Hooks } from 'ticketing-gateway/client';
import {
  DashboardDocument,
  type DashboardRowFragment,
  FollowDashboardDocument,
  type TicketFilter,
} from '../_generated.js';

/** Shows the tickets that match a filter to staff, again after each change. The answer stops it. */
export async function followDashboard(
  client: Client,
  filter: TicketFilter,
  show: (rows: readonly DashboardRowFragment[]) => void,
  end: (error: unknown) => void,
): Promise<() => void> {
  const rows = new Map<string, DashboardRowFragment>();
  const load = async (): Promise<string> => {
    const { data, error } = await client.query(DashboardDocument, { filter }).toPromise();
    if (error) throw error;
    if (!data?.tickets.feedCursor) throw new Error('Only staff may follow lists of tickets.');
    rows.clear();
    for (const row of data.tickets.nodes) rows.set(row.id, row);
    show([...rows.values()]);
    return data.tickets.feedCursor;
  };
  const hooks: Hooks = { onExpired: load };
  const variables = { filter, after: await load() };
  const subscription = client.subscription(FollowDashboardDocument, variables, hooks).subscribe(({ data, error }) => {
    if (error) return end(error.networkError ?? error);
    // A checkpoint tells of no ticket.
    if (!data?.ticketFeed.ticketId) return;
    const { change, ticketId, ticket } = data.ticketFeed;
    if (ticket && change !== 'LEFT') rows.set(ticketId, ticket);
    else rows.delete(ticketId);
    show([...rows.values()]);
  });
  return () => subscription.unsubscribe();
}
