/** What the tests read of votes, comments, events and tickets: nothing that depends on who reads. */
export const fragments = /* GraphQL */ `
  fragment vote on Vote {
    id
    score
    scale
    normalized
    comment
    createdAt
    voter {
      id
    }
    subject {
      id
    }
  }
  fragment comment on Comment {
    id
    body
    visibility
    isClientAuthor
    isClientRead
    version
    sentAt
    editedAt
    deletedAt
    author {
      id
      name
    }
    ticket {
      id
    }
    vote {
      ...vote
    }
  }
  fragment event on ConversationEvent {
    __typename
    cursor
    at
    actor {
      id
    }
    ... on TicketOpened {
      ticket {
        id
      }
    }
    ... on TicketClosed {
      ticket {
        id
      }
    }
    ... on TicketReopened {
      ticket {
        id
      }
    }
    ... on CommentAdded {
      comment {
        ...comment
      }
    }
    ... on CommentEdited {
      comment {
        ...comment
      }
    }
    ... on CommentRemoved {
      commentId
    }
    ... on TicketUpdated {
      ticket {
        id
      }
      changes {
        field
        before
        after
      }
    }
    ... on MemberJoined {
      user {
        id
      }
    }
    ... on Rated {
      subject {
        id
      }
      vote {
        ...vote
      }
    }
  }
  fragment ticket on Ticket {
    id
    number
    humanId
    title
    description
    serviceImpact
    accessLevel
    isOpen
    isResolved
    isClientAuthor
    isClientRead
    contractHumanId
    tenantHumanId
    externalSubjectId
    noticeId
    version
    createdAt
    updatedAt
    closedAt
    viewerCanClose
    viewerCanReopen
    viewerCanComment
    viewerCanJoin
    status {
      key
    }
    priority {
      key
    }
    type {
      key
    }
    stage {
      key
    }
    outcome {
      key
    }
    assignee {
      id
    }
    group {
      id
    }
    buyer {
      id
    }
    consumer {
      id
    }
    topic {
      key
    }
    project {
      key
      organization {
        id
      }
    }
    organization {
      id
    }
    reporter {
      id
    }
    authors {
      id
    }
    vote {
      ...vote
    }
    lastComment {
      id
    }
    comments(first: 100) {
      totalCount
      nodes {
        ...comment
      }
    }
    conversation {
      headCursor
      members {
        user {
          id
        }
        joinedAt
      }
      events(first: 100) {
        nodes {
          ...event
        }
      }
    }
  }
`;

/** What the tests read of errors. */
export const userErrors = /* GraphQL */ `
  userErrors {
    __typename
    code
    message
    path
    ... on ValidationError {
      constraint
    }
    ... on TicketStateError {
      ticket {
        id
        isOpen
      }
    }
    ... on VersionConflictError {
      currentVersion
      current {
        id
        ... on Ticket {
          version
        }
        ... on Comment {
          version
          body
        }
      }
    }
  }
`;

/** What of a ticket depends on who reads it. */
export const mineQuery = /* GraphQL */ `
  query ($id: ID!) {
    ticket(id: $id) {
      viewerCanUpdate
      viewerCanChangeAccess
      viewerCanClose
      viewerCanReopen
      viewerCanComment
      viewerCanJoin
      viewerCanRate
      conversation {
        viewerUnreadCount
        viewerLastRead {
          id
        }
      }
      comments(first: 100) {
        nodes {
          id
          viewerCanUpdate
          viewerCanDelete
          viewerCanRate
        }
      }
    }
  }
`;
