//! `ops/`: what Prometheus, Alertmanager and Grafana are set up with says what the server prints, and nothing else.
//! `scripts/test` has promtool judge the rest.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use platform::metrics::{self, Kind};
use serde_json::Value;

use crate::metrics::after_a_story;

/// Names of other programs: node_exporter, postgres_exporter, and Prometheus about its own scrapes.
const OTHERS: &[&str] = &["node_", "pg_", "prometheus_", "alertmanager_"];
const OF_PROMETHEUS: &[&str] = &["up"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn dashboard() -> Value {
    serde_json::from_str(&read("ops/grafana/dashboards/belle-house.json")).unwrap()
}

/// The values of a member, wherever it stands.
fn all<'a>(value: &'a Value, member: &str, found: &mut Vec<&'a Value>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                if name == member {
                    found.push(value);
                }
                all(value, member, found);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| all(value, member, found)),
        _ => {}
    }
}

/// The names in an expression of PromQL: words before `{` or `[`, and those that look like ours or the exporters'.
fn names(expression: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    // What stands in quotes or braces are labels.
    let mut outside = String::new();
    let mut depth = 0;
    for character in expression.chars() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ if depth == 0 => outside.push(character),
            _ => {}
        }
    }
    for word in outside.split(|it: char| !it.is_ascii_alphanumeric() && it != '_' && it != ':') {
        let ours = ["belle_house_", "process_"]
            .iter()
            .any(|start| word.starts_with(start));
        let other = OTHERS.iter().any(|start| word.starts_with(start)) || OF_PROMETHEUS.contains(&word);
        if ours || other {
            names.insert(word.to_owned());
        }
    }
    names
}

/// What the rules and the dashboard ask for, by where it is asked.
fn expressions() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let rules = read("ops/prometheus/rules/belle-house.yml");
    let mut alert = String::new();
    for line in rules.lines() {
        if let Some(name) = line.trim().strip_prefix("- alert: ") {
            name.clone_into(&mut alert);
        } else if let Some(expression) = line.trim().strip_prefix("expr: ") {
            found.push((alert.clone(), expression.to_owned()));
        }
    }
    let dashboard = dashboard();
    let mut asked = Vec::new();
    all(&dashboard, "expr", &mut asked);
    for expression in asked {
        found.push(("dashboard".to_owned(), expression.as_str().unwrap().to_owned()));
    }
    found
}

#[test]
fn names_are_found_in_expressions() {
    let expression = "sum by (code) (rate(belle_house_graphql_errors_total{code=\"process_x\"}[5m])) / up";
    assert_eq!(
        names(expression),
        BTreeSet::from(["belle_house_graphql_errors_total".to_owned(), "up".to_owned()])
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn alerts_and_dashboard_name_what_the_server_prints() {
    let printed = after_a_story().await;
    let mut asked = BTreeSet::new();
    for (place, expression) in expressions() {
        let found = names(&expression);
        assert!(!found.is_empty(), "{place} asks for nothing: {expression}");
        for name in found {
            let foreign =
                OF_PROMETHEUS.contains(&name.as_str()) || OTHERS.iter().any(|it| name.starts_with(it));
            assert!(
                foreign || printed.samples.contains_key(&name),
                "{place} asks for {name}, which no server prints: {expression}"
            );
            asked.insert(name);
        }
    }
    // And whoever looks at the dashboard sees all that is counted.
    let unseen: Vec<&str> = metrics::ALL
        .iter()
        .filter(|metric| {
            let names = match metric.kind {
                Kind::Histogram(_) => ["_bucket", "_count", "_sum"]
                    .map(|end| format!("{}{end}", metric.name))
                    .to_vec(),
                _ => vec![metric.name.to_owned()],
            };
            !names.iter().any(|name| asked.contains(name))
        })
        .map(|metric| metric.name)
        .collect();
    assert!(
        unseen.is_empty(),
        "neither an alert nor the dashboard shows {unseen:?}"
    );
}

#[test]
fn every_alert_says_what_to_do() {
    let rules = read("ops/prometheus/rules/belle-house.yml");
    let guide = read("docs/MONITORING.md");
    let alerts: Vec<&str> = rules
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alert: "))
        .collect();
    assert!(alerts.len() >= 10, "{alerts:?}");
    for alert in &alerts {
        assert!(
            guide.contains(&format!("| `{alert}` |")),
            "docs/MONITORING.md says nothing of {alert}"
        );
    }
    for (word, times) in [
        ("severity: ", alerts.len()),
        ("summary: ", alerts.len()),
        ("runbook: ", alerts.len()),
    ] {
        assert_eq!(rules.matches(word).count(), times, "each alert has its {word}");
    }
    for line in guide.lines().filter_map(|line| line.strip_prefix("| `")) {
        let name = line.split('`').next().unwrap();
        let is_alert = name.starts_with(char::is_uppercase);
        assert!(!is_alert || alerts.contains(&name), "{name} is no alert");
    }
}

#[test]
fn the_guide_names_every_metric() {
    let guide = read("docs/MONITORING.md");
    for metric in metrics::ALL {
        assert!(
            guide.contains(&format!("`{}`", metric.name)),
            "docs/MONITORING.md doesn't name {}",
            metric.name
        );
    }
}

#[test]
fn panels_are_whole() {
    let dashboard = dashboard();
    let panels = dashboard["panels"].as_array().unwrap();
    let mut ids = BTreeSet::new();
    let mut places = BTreeSet::new();
    for panel in panels {
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{panel}");
        let place = &panel["gridPos"];
        assert!(
            places.insert((place["x"].as_u64(), place["y"].as_u64())),
            "{panel}"
        );
        assert!(place["x"].as_u64().unwrap() + place["w"].as_u64().unwrap() <= 24);
        if panel["type"] != "row" {
            assert!(!panel["title"].as_str().unwrap().is_empty());
            assert_eq!(panel["datasource"]["uid"], "prometheus");
        }
    }
    // The one that is provisioned.
    assert!(read("ops/grafana/provisioning/datasources/prometheus.yml").contains("uid: prometheus"));
}

/// nginx hands everything on that it doesn't know, so what isn't for the world must not be answered there: the API's own
/// address has no `/metrics`, and nginx knows no other.
#[test]
fn nginx_knows_nothing_of_the_address() {
    for file in [
        "nginx/nginx.conf",
        "nginx/api.conf",
        "nginx/proxy.conf",
        "nginx/servers",
        "nginx/start",
    ] {
        let text = read(file);
        assert!(!text.contains("9464"), "{file}");
    }
    let api = read("nginx/api.conf");
    assert!(
        api.contains("location = /metrics {"),
        "/metrics is refused by name as well"
    );
}
