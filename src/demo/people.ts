/** Who can be signed in as in demo mode. */
export const demoPeople = {
  customer: { role: 'customer', email: 'customer@example.com', name: 'Demo Customer', organization: 'ORG-1' },
  teammate: { role: 'customer', email: 'teammate@example.com', name: 'Demo Teammate', organization: 'ORG-1' },
  agent: { role: 'agent', email: 'agent@example.com', name: 'Demo Agent' },
  admin: { role: 'admin', email: 'admin@example.com', name: 'Demo Admin' },
} as const;
