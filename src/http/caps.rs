//! How much may be going on at a time: of the process, from one address, and of one account. Who comes beyond is told so at
//! once, and those inside go on.

use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use platform::{
    actor::AccountId,
    config::{AtOnce, CapsConfig},
    limiter::network,
    metrics,
};

/// Whose cap is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    /// This process's.
    Process,
    /// The address's.
    Address,
    /// The account's.
    Account,
}

/// When to come again.
pub const RETRY_AFTER_SECONDS: u32 = 5;

impl Full {
    /// For counting.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Process => "process",
            Self::Address => "address",
            Self::Account => "account",
        }
    }

    /// The status of a refusal.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::Process => StatusCode::SERVICE_UNAVAILABLE,
            Self::Address | Self::Account => StatusCode::TOO_MANY_REQUESTS,
        }
    }

    /// The answer to what comes beyond, outside GraphQL.
    #[must_use]
    pub fn refusal(self, what: &str) -> Response {
        let told = json!({ "code": "RATE_LIMITED", "message": self.told(what) });
        let mut response = (self.status(), Json(told)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }

    /// A sentence for the developer of whatever is refused, about `what`, such as `operations`.
    #[must_use]
    pub fn told(self, what: &str) -> String {
        let whose = match self {
            Self::Process => "on this server",
            Self::Address => "from your address",
            Self::Account => "of this account",
        };
        format!(
            "Too many {what} {whose} at a time: try again in {RETRY_AFTER_SECONDS} s, or wait for one to end."
        )
    }
}

/// All caps of a server.
#[derive(Debug, Clone)]
pub struct Caps {
    /// Of connections, whatever they carry; counted by the address that connects, unless it is a proxy of ours.
    pub connections: Cap,
    /// Of WebSockets, by the address of the client, proxies or not, and by its account.
    pub sockets: Cap,
    /// Of queries and mutations that run.
    pub operations: Cap,
    /// Of subscriptions.
    pub subscriptions: Cap,
}

impl Caps {
    /// As configured.
    #[must_use]
    pub fn new(config: &CapsConfig) -> Self {
        Self {
            connections: Cap::new("connections", config.connections),
            sockets: Cap::new("sockets", config.connections),
            operations: Cap::new("operations", config.operations),
            subscriptions: Cap::new("subscriptions", config.subscriptions),
        }
    }

    /// Each of them.
    #[must_use]
    pub fn all(&self) -> [&Cap; 4] {
        [
            &self.connections,
            &self.sockets,
            &self.operations,
            &self.subscriptions,
        ]
    }
}

/// A cap on one kind of thing. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Cap(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    kind: &'static str,
    most: AtOnce,
    inside: Mutex<Inside>,
}

#[derive(Debug, Default)]
struct Inside {
    all: usize,
    of_address: HashMap<IpAddr, usize>,
    of_account: HashMap<AccountId, usize>,
}

impl Cap {
    fn new(kind: &'static str, most: AtOnce) -> Self {
        Self(Arc::new(Parts {
            kind,
            most,
            inside: Mutex::default(),
        }))
    }

    /// What it is on, as metrics name it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.0.kind
    }

    /// How many are inside, and how many may be.
    #[must_use]
    pub fn load(&self) -> (usize, usize) {
        (self.0.inside().all, self.0.most.process)
    }

    /// Takes a place, to be given back when it is dropped.
    ///
    /// # Errors
    /// Whose cap is reached; nothing is taken then.
    pub fn enter(&self, from: Option<IpAddr>, account: Option<AccountId>) -> Result<Place, Full> {
        self.try_enter(from, account)
            .inspect_err(|full| self.0.count_refusal(*full))
    }

    fn try_enter(&self, from: Option<IpAddr>, account: Option<AccountId>) -> Result<Place, Full> {
        let AtOnce {
            process,
            address,
            account: of_account,
        } = self.0.most;
        let from = from.map(network);
        let mut inside = self.0.inside();
        if inside.all >= process {
            return Err(Full::Process);
        }
        if from.is_some_and(|from| count(&inside.of_address, &from) >= address) {
            return Err(Full::Address);
        }
        if account.is_some_and(|account| count(&inside.of_account, &account) >= of_account) {
            return Err(Full::Account);
        }
        inside.all += 1;
        if let Some(from) = from {
            *inside.of_address.entry(from).or_default() += 1;
        }
        if let Some(account) = account {
            *inside.of_account.entry(account).or_default() += 1;
        }
        drop(inside);
        Ok(Place {
            cap: self.clone(),
            from,
            account,
        })
    }
}

impl Parts {
    fn count_refusal(&self, full: Full) {
        metrics::PLACES_REFUSED.count([self.kind, full.label()]);
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn count<K: Eq + Hash>(counted: &HashMap<K, usize>, key: &K) -> usize {
    counted.get(key).copied().unwrap_or_default()
}

/// One place, given back when it is dropped.
#[derive(Debug)]
pub struct Place {
    cap: Cap,
    from: Option<IpAddr>,
    account: Option<AccountId>,
}

impl Place {
    /// The place turns out to be an account's.
    ///
    /// # Errors
    /// When the account has as many as it may.
    pub fn belongs_to(&mut self, account: AccountId) -> Result<(), Full> {
        let mut inside = self.cap.0.inside();
        let taken = inside.of_account.entry(account).or_default();
        if *taken >= self.cap.0.most.account {
            self.cap.0.count_refusal(Full::Account);
            return Err(Full::Account);
        }
        *taken += 1;
        drop(inside);
        self.account = Some(account);
        Ok(())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut inside = self.cap.0.inside();
        inside.all -= 1;
        if let Some(from) = &self.from {
            leave(&mut inside.of_address, from);
        }
        if let Some(account) = &self.account {
            leave(&mut inside.of_account, account);
        }
    }
}

/// Counts one less, and forgets whoever has none: the table grows with those who are here, not with those who ever were.
fn leave<K: Eq + Hash>(counted: &mut HashMap<K, usize>, key: &K) {
    if let Some(left) = counted.get_mut(key) {
        *left -= 1;
        if *left == 0 {
            counted.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cap_holds_and_what_ends_makes_room() {
        let cap = Cap::new(
            "operations",
            AtOnce {
                process: 4,
                address: 2,
                account: 2,
            },
        );
        let here: Option<IpAddr> = Some("203.0.113.7".parse().unwrap());
        let there: Option<IpAddr> = Some("2001:db8::1".parse().unwrap());
        let same_subscriber: Option<IpAddr> = Some("2001:db8::2".parse().unwrap());
        let id = AccountId(uuid::Uuid::nil());
        let account = Some(id);
        let first = cap.enter(here, None).unwrap();
        let second = cap.enter(here, account).unwrap();
        assert_eq!(cap.enter(here, None).unwrap_err(), Full::Address);
        let mut third = cap.enter(there, None).unwrap();
        third.belongs_to(id).unwrap();
        assert_eq!(cap.enter(there, account).unwrap_err(), Full::Account);
        let fourth = cap.enter(same_subscriber, None).unwrap();
        assert_eq!(cap.enter(None, None).unwrap_err(), Full::Process);
        drop(first);
        assert_eq!(cap.enter(same_subscriber, None).unwrap_err(), Full::Address);
        assert_eq!(cap.load(), (3, 4));
        drop((second, third, fourth));
        let inside = cap.0.inside();
        assert_eq!(
            (inside.all, inside.of_address.len(), inside.of_account.len()),
            (0, 0, 0)
        );
    }
}
