//! What needs a person today, gathered from the other features: what is new, unread, overdue for news, or given up. It
//! has no tables and no rules of its own: each field is another feature's list, asked for when somebody looks at it.

pub mod graphql;
