/** Opens a ticket; answers what most tests go on with. */
export const openTicket = /* GraphQL */ `
  mutation ($input: CreateTicketInput!) {
    createTicket(input: $input) {
      ticket {
        id
        version
        updatedAt
        conversation {
          headCursor
        }
      }
    }
  }
`;

/** Adds a comment; errors come as data. */
export const addComment = /* GraphQL */ `
  mutation ($input: AddCommentInput!) {
    addComment(input: $input) {
      comment {
        id
        body
      }
      cursor
      replayed
      userErrors {
        code
      }
    }
  }
`;

/** Follows everything that happens in a ticket. */
export const followTicket = /* GraphQL */ `
  subscription ($ticketId: ID!, $after: Cursor) {
    conversationEvents(ticketId: $ticketId, after: $after) {
      __typename
      cursor
      ... on CommentAdded {
        comment {
          id
          body
          visibility
        }
      }
    }
  }
`;

/** The whole log of a ticket, as the viewer reads it. */
export const ticketLog = /* GraphQL */ `
  query ($id: ID!, $after: Cursor) {
    ticket(id: $id) {
      version
      isOpen
      closedAt
      comments(first: 100) {
        totalCount
      }
      conversation {
        headCursor
        events(first: 100, after: $after) {
          nodes {
            __typename
            cursor
            ... on CommentAdded {
              comment {
                id
                body
                visibility
              }
            }
          }
          pageInfo {
            hasNextPage
            endCursor
          }
        }
      }
    }
  }
`;

/** What staff did. */
export const auditLog = /* GraphQL */ `
  query (
    $actorId: ID
    $targetId: ID
    $operation: [String!]
    $from: DateTime
    $to: DateTime
    $first: Int
    $after: Cursor
    $last: Int
  ) {
    auditLog(
      actorId: $actorId
      targetId: $targetId
      operation: $operation
      from: $from
      to: $to
      first: $first
      after: $after
      last: $last
    ) {
      nodes {
        id
        at
        actor {
          id
        }
        operation
        targetId
        requestId
        changes {
          field
          before
          after
        }
      }
      pageInfo {
        endCursor
        hasNextPage
      }
    }
  }
`;
