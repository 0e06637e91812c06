//! Clients as the outside world has them, and the server as a process: what the storm tests and the load
//! generator share.
//!
//! Nothing here names the server's crate. A test that went through its types could agree with a mistake in
//! them; this speaks HTTP, `graphql-transport-ws` and signals.

pub mod api;
pub mod attacks;
pub mod http;
pub mod process;
pub mod processor;
pub mod round_trips;
pub mod stats;
pub mod ws;
