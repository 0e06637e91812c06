//! The direction of things: who may name whom, checked on the source itself.
//!
//! `http`, `graphql`, `app` and `cli` → `features` → the crate `platform`. Only GraphQL folders name async-graphql,
//! nothing in `features` names axum, features touch each other along one table and through what the other's
//! `mod.rs` exports, and no two neighbouring modules need each other, however long the way round. What the compiler
//! already refuses (private modules, cycles of crates) isn't repeated.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::sources::{Named, Source, everything, root, sources, sources_of};

/// Which feature may use which: the one written table. Read: the left one may name the right ones.
/// `notifications` stands on no right side: it turns events into messages, and nobody waits for it.
const FEATURES: &[(&str, &[&str])] = &[
    ("accounts", &[]),
    ("deliveries", &[]),
    ("media", &["accounts"]),
    ("preferences", &["accounts"]),
    ("clients", &["accounts", "preferences"]),
    ("staff", &["accounts"]),
    ("devices", &["accounts"]),
    ("content", &["accounts", "media"]),
    ("projects", &["accounts", "clients", "media"]),
    (
        "leads",
        &["accounts", "clients", "preferences", "projects", "content"],
    ),
    ("billing", &["accounts", "clients", "projects", "media"]),
    ("backups", &["accounts", "billing", "media"]),
    (
        "feed",
        &[
            "accounts",
            "clients",
            "projects",
            "billing",
            "leads",
            "deliveries",
        ],
    ),
    ("dashboard", &["projects", "leads", "deliveries", "backups"]),
    (
        "records",
        &[
            "accounts",
            "clients",
            "content",
            "projects",
            "billing",
            "media",
            "leads",
            "deliveries",
        ],
    ),
    (
        "privacy",
        &[
            "accounts",
            "billing",
            "clients",
            "devices",
            "leads",
            "media",
            "preferences",
            "projects",
        ],
    ),
    (
        "notifications",
        &[
            "accounts",
            "clients",
            "preferences",
            "projects",
            "billing",
            "feed",
        ],
    ),
];

/// Longer than this, a file is asked what it is two of (STYLE.md, rule 16). Printed, not failed.
const LONG_FILE: usize = 500;

fn assert_none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn features_know_neither_protocol_nor_composition() {
    let mut complaints = Vec::new();
    for source in sources().iter().filter(|source| source.is_in(&["features"])) {
        for layer in ["graphql", "http", "cli", "app"] {
            complaints.extend(source.complaints(&["crate", layer], "features are below it"));
        }
        complaints.extend(source.complaints(&["axum"], "HTTP belongs to src/http"));
        complaints.extend(source.complaints(&["tower_http"], "HTTP belongs to src/http"));
    }
    assert_none(&complaints);
}

#[test]
fn only_graphql_folders_name_async_graphql() {
    let outside = ["graphql", "http", "cli", "app"];
    let mut complaints = Vec::new();
    for source in everything()
        .iter()
        .filter(|source| !source.is_graphql() && !source.is_in(&outside))
    {
        complaints
            .extend(source.complaints(&["async_graphql"], "only graphql/ folders translate to GraphQL"));
    }
    assert_none(&complaints);
}

#[test]
fn only_http_names_axum() {
    let mut complaints = Vec::new();
    for source in everything()
        .iter()
        .filter(|source| !source.is_in(&["http", "cli", "app", "main"]))
    {
        complaints.extend(source.complaints(&["axum"], "HTTP belongs to src/http"));
    }
    assert_none(&complaints);
}

#[test]
fn inside_a_feature_nothing_names_its_graphql() {
    let mut complaints = Vec::new();
    for source in sources() {
        let Some(feature) = source.feature() else { continue };
        // `mod.rs` re-exports the GraphQL types for the schema to merge.
        if source.is_graphql() || source.path == format!("features/{feature}/mod.rs") {
            continue;
        }
        complaints.extend(source.complaints(
            &["crate", "features", feature, "graphql"],
            "commands, queries and tables don't know how they are asked",
        ));
    }
    assert_none(&complaints);
}

#[test]
fn features_name_each_other_along_the_table() {
    let table: BTreeMap<&str, &[&str]> = FEATURES.iter().copied().collect();
    let mut complaints = Vec::new();
    for source in sources() {
        let Some(feature) = source.feature() else { continue };
        let Some(allowed) = table.get(feature) else {
            complaints.push(format!("{source}: the feature {feature} isn't in the table"));
            continue;
        };
        for name in source.naming(&["crate", "features"]) {
            let Some(other) = name.get(2).map(String::as_str) else {
                continue;
            };
            if other == feature || !table.contains_key(other) {
                continue;
            }
            let names_graphql = name.get(3).is_some_and(|inner| inner == "graphql");
            // `Project.client` and `Client.projects` need each other's GraphQL types: the one exemption. What
            // else is public in a feature is so because its `mod.rs` says it, and the compiler holds to that.
            if source.is_graphql() && (names_graphql || other != "notifications") {
                continue;
            }
            if !allowed.contains(&other) || names_graphql {
                complaints.push(format!(
                    "{source}: {} ({feature} may name {allowed:?}, and GraphQL types from graphql/ alone)",
                    name.join("::")
                ));
            }
        }
    }
    assert_none(&complaints);
}

#[test]
fn the_table_has_no_cycle() {
    let mut done: BTreeSet<&str> = BTreeSet::new();
    while done.len() < FEATURES.len() {
        let before = done.len();
        for (feature, uses) in FEATURES {
            assert!(
                !uses.contains(&"notifications"),
                "{feature} may not name notifications"
            );
            if uses.iter().all(|used| done.contains(used)) {
                done.insert(feature);
            }
        }
        let stuck: Vec<_> = FEATURES
            .iter()
            .map(|(name, _)| *name)
            .filter(|it| !done.contains(it))
            .collect();
        assert!(
            done.len() > before,
            "these features depend on each other in a circle: {stuck:?}"
        );
    }
}

#[test]
fn nobody_waits_for_notifications() {
    let mut complaints = Vec::new();
    for source in sources()
        .iter()
        .filter(|source| !source.is_in(&["graphql", "app", "cli", "http"]))
    {
        if source.feature() == Some("notifications") {
            continue;
        }
        let found = source.complaints(
            &["crate", "features", "notifications"],
            "it consumes events, nothing more",
        );
        // The inbox is a field of the viewer: the one exemption is for GraphQL types again.
        let types = "crate::features::notifications::graphql";
        complaints.extend(
            found
                .into_iter()
                .filter(|it| !(source.is_graphql() && it.contains(types))),
        );
    }
    assert_none(&complaints);
}

/// Else a command could forget to try again (`platform/src/db/write.rs`).
#[test]
fn only_the_block_that_is_tried_again_begins_to_write() {
    let beginning: BTreeSet<String> = everything()
        .iter()
        .filter(|source| {
            let file = root().join(source.to_string());
            fs::read_to_string(file).unwrap().contains("begin_write")
        })
        .map(Source::to_string)
        .collect();
    let known = ["platform/src/db.rs", "platform/src/db/write.rs"].map(str::to_owned);
    assert_eq!(beginning, BTreeSet::from(known));
}

/// The file or folder of `folder` that a path names, `folder` being a module itself: `projects` of
/// `crate::features::projects::Project` in `crate::features`.
fn child_of<'a>(folder: &[String], name: &'a [String]) -> Option<&'a str> {
    let inside = name.strip_prefix(folder)?;
    inside.first().map(String::as_str)
}

/// Which neighbours each module of a folder names, and where: a module and all below it count as one.
fn neighbours(sources: &[Source], folder: &[String]) -> BTreeMap<String, BTreeMap<String, String>> {
    let modules: BTreeSet<&str> = sources
        .iter()
        .filter_map(|source| child_of(folder, &source.module))
        .collect();
    let mut graph: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for source in sources {
        let Some(from) = child_of(folder, &source.module) else {
            continue;
        };
        for name in &source.names {
            let Some(to) = child_of(folder, name) else {
                continue;
            };
            if to != from && modules.contains(to) {
                graph
                    .entry(from.to_owned())
                    .or_default()
                    .entry(to.to_owned())
                    .or_insert_with(|| format!("{source}: {}", name.join("::")));
            }
        }
    }
    graph
}

/// The names that lead from a module back to it, if any do: the shortest way.
fn way_round(graph: &BTreeMap<String, BTreeMap<String, String>>, start: &str) -> Option<Vec<String>> {
    let mut seen = BTreeSet::new();
    let mut ways: Vec<(&str, Vec<String>)> = vec![(start, Vec::new())];
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for (at, way) in ways {
            for (to, named) in graph.get(at).into_iter().flatten() {
                let mut way = way.clone();
                way.push(named.clone());
                if to == start {
                    return Some(way);
                }
                if seen.insert(to.as_str()) {
                    longer.push((to.as_str(), way));
                }
            }
        }
        ways = longer;
    }
    None
}

/// Modules that need each other are one module in several files: neither can be read, moved or tested without the other.
/// GraphQL types of a feature are let off, since `Invoice.payments` and `Payment.invoice` must name each other; so are
/// features among themselves, for which the table above stands.
#[test]
fn no_two_modules_need_each_other() {
    let mut complaints = Vec::new();
    for folder in ["src", "platform/src"] {
        let sources = sources_of(folder);
        let mut modules: BTreeSet<Named> = BTreeSet::new();
        for source in &sources {
            for length in 1..source.module.len() {
                modules.insert(source.module[..length].to_vec());
            }
        }
        for module in modules {
            let let_off = module.ends_with(&["features".to_owned()])
                || (module.len() > 2
                    && module[1] == "features"
                    && module[2..].contains(&"graphql".to_owned()));
            if let_off {
                continue;
            }
            let graph = neighbours(&sources, &module);
            for start in graph.keys() {
                if let Some(way) = way_round(&graph, start) {
                    complaints.push(format!(
                        "{}::{start}:\n    {}",
                        module.join("::"),
                        way.join("\n    ")
                    ));
                }
            }
        }
    }
    assert_none(&complaints);
}

#[test]
fn a_way_round_is_found() {
    let named = |from: &str, to: &str| {
        (
            from.to_owned(),
            BTreeMap::from([(to.to_owned(), format!("{from} → {to}"))]),
        )
    };
    let straight = BTreeMap::from([named("a", "b"), named("b", "c")]);
    assert_eq!(way_round(&straight, "a"), None);
    let round = BTreeMap::from([named("a", "b"), named("b", "c"), named("c", "a")]);
    let way = way_round(&round, "a").unwrap();
    assert_eq!(way, ["a → b", "b → c", "c → a"]);
}

#[test]
fn long_files_are_listed() {
    for source in everything().iter().filter(|source| source.lines > LONG_FILE) {
        println!("{source}: {} lines; what is it two of?", source.lines);
    }
}
