import type { Queryable } from '../db/database.js';

/** How to reach the people behind a ticket. */
export interface ContactAttributes {
  mainEmail?: string | null;
  phoneNumber?: string | null;
  preferredContactMethod: string;
  additionalEmails?: string[] | null;
}

/** Type of the attributes that a contact becomes. */
export const contactType = 'Contact';

/** Writes a contact as attributes: mainEmail, phoneNumber, preferredContactMethod, additionalEmail1 and so on (parity d7). */
export async function insertContact(tx: Queryable, ticketId: string, contact: ContactAttributes | null): Promise<void> {
  if (!contact) return;
  const { mainEmail, phoneNumber, preferredContactMethod, additionalEmails } = contact;
  const entries = [
    ['mainEmail', mainEmail],
    ['phoneNumber', phoneNumber],
    ['preferredContactMethod', preferredContactMethod],
    ...(additionalEmails ?? []).map((email, index) => [`additionalEmail${index + 1}`, email]),
  ].filter(([, value]) => value != null);
  await tx.query(
    `insert into ticket_attributes (ticket_id, type, key, value)
     select $1, $2, key, value from unnest($3::text[], $4::text[]) as given(key, value)`,
    [ticketId, contactType, entries.map(([key]) => key), entries.map(([, value]) => value?.trim())],
  );
}
