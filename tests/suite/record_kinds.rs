//! The registry of kinds against the tables that there are, and what has to be said of a kind elsewhere.

use async_graphql::parser::types::TypeKind;
use belle_house::features::records::graphql::kinds;
use belle_house::graphql::permissions::{QUERY, SAME_FOR_EVERY_VISITOR};
use platform::graphql::guard::Access;

use crate::permissions::{Schema, base_name};

/// The names in `record_entity!("…"` and `record_table! { … is ("…"` of all tables.
fn record_entities() -> Vec<String> {
    fn read(folder: &std::path::Path, names: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                read(&path, names);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for declaration in ["\nrecord_entity!(", "\n    is ("] {
                for declared in text.split(declaration).skip(1) {
                    names.push(declared.split('"').nth(1).unwrap().to_owned());
                }
            }
        }
    }
    let features = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/features");
    let mut names = Vec::new();
    read(&features, &mut names);
    names.sort();
    names
}

#[test]
fn every_record_entity_is_registered_once_and_is_a_node_and_a_record() {
    let entities = record_entities();
    assert!(
        entities.contains(&"Project".to_owned()) && entities.len() >= 17,
        "{entities:?}"
    );
    let mut registered: Vec<String> = kinds::all().map(|kind| kind.name.to_owned()).collect();
    registered.sort();
    // What the audit log names besides: they aren't records.
    registered.retain(|name| !["Delivery", "NumberSeries"].contains(&name.as_str()));
    assert_eq!(
        registered, entities,
        "every table of records (right) stands once in RECORDS of its feature's graphql/mod.rs (left)"
    );

    let mut prefixes: Vec<&str> = kinds::all().map(|kind| kind.prefix).collect();
    prefixes.sort_unstable();
    let count = prefixes.len();
    prefixes.dedup();
    assert_eq!(prefixes.len(), count, "two kinds share a prefix: {prefixes:?}");

    let schema = belle_house::graphql::sdl();
    for kind in kinds::all() {
        // Accounts go with their clients and are found as the viewer; there is one company.
        let alone = ["Account", "CompanyProfile", "Delivery", "NumberSeries"].contains(&kind.name);
        assert_eq!(kind.actions.is_none(), alone, "{}", kind.name);
        if !alone {
            let line = format!("type {} implements Node & Record {{", kind.name);
            assert!(schema.contains(&line), "{line}");
        }
    }
}

#[test]
fn what_can_be_deleted_says_so() {
    let schema = Schema::read();
    let TypeKind::InputObject(input) = &schema.0["DeleteRecordInput"].kind else {
        panic!("DeleteRecordInput is no input");
    };
    let id = input.fields.iter().find(|field| field.node.name.node == "id");
    let described = &id.unwrap().node.description.as_ref().unwrap().node;
    // A payment is voided, and kept.
    let deleted = kinds::all().filter(|kind| kind.actions.is_some() && kind.name != "Payment");
    for kind in deleted {
        let prefix = format!("`{}_…`", kind.prefix);
        let told = described.contains(&prefix);
        assert!(
            told,
            "{}: add {prefix} to the description of DeleteRecordInput.id",
            kind.name
        );
    }
}

/// Answers that everybody gets alike are kept until a record changes that is declared `shown to visitors`: one that isn't
/// would be answered as it was.
#[test]
fn what_everybody_reads_is_kept_until_it_changes() {
    let schema = Schema::read();
    for field in schema.fields("Query") {
        let root = field.name.node.as_str();
        let mut answer = base_name(&field.ty.node);
        if let Some(TypeKind::Object(list)) = schema.0.get(answer).map(|it| &it.kind)
            && let Some(nodes) = list.fields.iter().find(|it| it.node.name.node == "nodes")
        {
            answer = base_name(&nodes.node.ty.node);
        }
        let Some(kind) = kinds::all().find(|kind| kind.name == answer) else {
            continue;
        };
        let public = QUERY.contains(&(root, Access::Anyone));
        assert_eq!(
            SAME_FOR_EVERY_VISITOR.contains(&root),
            public,
            "{root}: what anyone may read stands in SAME_FOR_EVERY_VISITOR of src/graphql/permissions.rs, and nothing else"
        );
        let shown = kind.actions.is_some_and(|it| it.is_shown_to_visitors());
        assert!(
            shown || !public,
            "{root}: declare the table of {answer} `shown to visitors`"
        );
    }
}
