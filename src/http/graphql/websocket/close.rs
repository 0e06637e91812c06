//! Why the server closes a connection.

use super::credentials::Unreadable;

/// Why the server closes a connection. The codes are graphql-transport-ws's; the legacy dialect has none of its own, and
/// its clients are told the reason in a `connection_error` besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Close {
    /// 1000: the client said that it is done.
    Terminated,
    /// 1009: a message larger than we take.
    TooBig,
    /// 1012: the server restarts; reconnect.
    ServiceRestart,
    /// 1013: the account has as many connections as it may; try again later.
    TooManyConnections,
    /// 4400: a message that the protocol doesn't have.
    BadMessage,
    /// 4401: an operation before `connection_init`.
    NotInitialised,
    /// 4401: credentials that can't be read; they must not pass for none.
    Credentials(Unreadable),
    /// 4401: a token that is none of ours; sign in.
    BadToken,
    /// 4401: the session is over; sign in.
    SessionEnded,
    /// 4403: the access token ran out; reconnect with a fresh one.
    Expired,
    /// 4406: the client doesn't speak either subprotocol.
    UnacceptableProtocol,
    /// 4408: no `connection_init` in time.
    InitTimeout,
    /// 4409: an operation with this id is running.
    DuplicateId,
    /// 4429: a second `connection_init`.
    SecondInit,
    /// 4500: our own fault.
    Internal,
}

impl Close {
    /// Code and reason, as the protocol words them where it does. A reason has room for 123 bytes (RFC 6455, 5.5).
    pub(super) fn code_and_reason(self) -> (u16, &'static str) {
        match self {
            Self::Terminated => (1000, "Goodbye"),
            Self::TooBig => (1009, "Message too big"),
            Self::ServiceRestart => (1012, "Service restart"),
            Self::TooManyConnections => (1013, "Try again later: too many connections of this account"),
            Self::BadMessage => (4400, "Invalid message"),
            Self::NotInitialised => (4401, "Unauthorized"),
            Self::Credentials(unreadable) => (4401, unreadable.reason()),
            Self::BadToken => (4401, "Unauthorized: the access token is not valid"),
            Self::SessionEnded => (4401, "Unauthorized: the session has ended"),
            Self::Expired => (4403, "Forbidden: the access token has run out"),
            Self::UnacceptableProtocol => (4406, "Subprotocol not acceptable"),
            Self::InitTimeout => (4408, "Connection initialisation timeout"),
            Self::DuplicateId => (4409, "Subscriber already exists"),
            Self::SecondInit => (4429, "Too many initialisation requests"),
            Self::Internal => (4500, "Internal error"),
        }
    }

    /// The code of the error that says so to a client of the legacy dialect; `None` when it needn't hear more than that
    /// the connection ends.
    pub(super) fn error_code(self) -> Option<&'static str> {
        match self {
            Self::NotInitialised
            | Self::Credentials(_)
            | Self::BadToken
            | Self::SessionEnded
            | Self::Expired => Some("UNAUTHENTICATED"),
            Self::BadMessage | Self::InitTimeout | Self::DuplicateId | Self::SecondInit => {
                Some("BAD_REQUEST")
            }
            Self::TooManyConnections => Some("RATE_LIMITED"),
            Self::Internal => Some("INTERNAL"),
            Self::Terminated | Self::TooBig | Self::ServiceRestart | Self::UnacceptableProtocol => None,
        }
    }
}
