//! Where a request comes from, as far as that can be told.

use std::{net::IpAddr, sync::Arc};

use super::{limiter, text::one_line};

/// Letters of a `User-Agent` that are kept: browsers' have some 120.
const MAX_USER_AGENT_LENGTH: usize = 200;

/// The other end of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    /// Its address, behind trusted proxies.
    pub address: IpAddr,
    /// What it says of itself (`User-Agent`): anybody can say anything.
    pub user_agent: Option<Arc<str>>,
}

impl Remote {
    /// What counts as one address when attempts are counted.
    #[must_use]
    pub fn network(&self) -> IpAddr {
        limiter::network(self.address)
    }

    /// Where somebody signs in from: the neighbourhood of the address (an IPv4 /24, an IPv6 /48, what providers give one
    /// customer or street) and the kind of device. A phone whose provider gives it another address of its pool each day
    /// is at the same place.
    #[must_use]
    pub fn place(&self) -> String {
        let neighbourhood = match self.address.to_canonical() {
            IpAddr::V4(address) => {
                let [a, b, c, _] = address.octets();
                format!("{a}.{b}.{c}.0/24")
            }
            IpAddr::V6(address) => {
                let [a, b, c, ..] = address.segments();
                format!("{}/48", IpAddr::from([a, b, c, 0, 0, 0, 0, 0]))
            }
        };
        match self.user_agent.as_deref().and_then(device) {
            Some(device) => format!("{neighbourhood} {device}"),
            None => neighbourhood,
        }
    }
}

/// What is kept of a `User-Agent`: one line, cut.
#[must_use]
pub fn readable_user_agent(text: &str) -> Option<Arc<str>> {
    let line: String = one_line(text).chars().take(MAX_USER_AGENT_LENGTH).collect();
    (!line.is_empty()).then(|| line.into())
}

/// What a `User-Agent` is called, such as `Firefox, Windows`: the browser's family and the system's, without the versions,
/// which change each month. `None` for what is unknown.
#[must_use]
pub fn device(user_agent: &str) -> Option<String> {
    // The first that is found: Edge and Opera call themselves Chrome too, and everything calls itself Safari.
    const PROGRAMS: &[(&str, &str)] = &[
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Firefox", "Firefox"),
        ("FxiOS", "Firefox"),
        ("CriOS", "Chrome"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
        ("Dart", "App"),
        ("okhttp", "App"),
        ("CFNetwork", "App"),
        ("curl", "curl"),
    ];
    const SYSTEMS: &[(&str, &str)] = &[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Macintosh", "macOS"),
        ("Darwin", "Apple"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ];
    let find = |names: &[(&str, &'static str)]| {
        let found = names.iter().find(|(part, _)| user_agent.contains(part));
        found.map(|(_, name)| *name)
    };
    match (find(PROGRAMS), find(SYSTEMS)) {
        (Some(program), Some(system)) => Some(format!("{program}, {system}")),
        (one, other) => one.or(other).map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIREFOX: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0";
    const CHROME: &str = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36";
    const SAFARI: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1";
    const EDGE: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0";

    fn place(address: &str, user_agent: Option<&str>) -> String {
        let user_agent = user_agent.and_then(readable_user_agent);
        let address = address.parse().unwrap();
        Remote { address, user_agent }.place()
    }

    #[test]
    fn devices_are_called_by_their_families() {
        for (user_agent, name) in [
            (FIREFOX, "Firefox, Windows"),
            (CHROME, "Chrome, Android"),
            (SAFARI, "Safari, iPhone"),
            (EDGE, "Edge, Windows"),
            ("Dart/3.9 (dart:io)", "App"),
        ] {
            assert_eq!(device(user_agent).as_deref(), Some(name));
        }
        assert_eq!(device("who knows"), None);
    }

    #[test]
    fn a_place_is_a_neighbourhood_and_a_kind_of_device() {
        assert_eq!(
            place("203.0.113.7", Some(FIREFOX)),
            "203.0.113.0/24 Firefox, Windows"
        );
        let newer = FIREFOX.replace("145.0", "146.0");
        assert_eq!(
            place("203.0.113.7", Some(FIREFOX)),
            place("203.0.113.200", Some(&newer))
        );
        assert_ne!(
            place("203.0.113.7", Some(FIREFOX)),
            place("203.0.113.7", Some(CHROME))
        );
        assert_ne!(place("203.0.113.7", None), place("203.0.114.7", None));
        assert_eq!(place("::ffff:203.0.113.7", None), "203.0.113.0/24");
        assert_eq!(place("2001:db8:1:2::3", None), "2001:db8:1::/48");
        assert_eq!(place("2001:db8:1:2::3", None), place("2001:db8:1:ff::1", None));
    }

    #[test]
    fn what_is_kept_of_a_user_agent_is_a_short_line() {
        assert_eq!(readable_user_agent(" \n"), None);
        assert_eq!(readable_user_agent("a\nb").as_deref(), Some("a b"));
        let long = readable_user_agent(&"x".repeat(9_000)).unwrap();
        assert_eq!(long.len(), MAX_USER_AGENT_LENGTH);
    }
}
