//! The registry of kinds against the tables that there are.

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
    use belle_house::features::records::graphql::kinds;
    let entities = record_entities();
    assert!(
        entities.contains(&"Project".to_owned()) && entities.len() >= 17,
        "{entities:?}"
    );
    let mut registered: Vec<String> = kinds::all().map(|kind| kind.name.to_owned()).collect();
    registered.sort();
    // What the audit log names besides: it isn't a record.
    registered.retain(|name| name != "Delivery");
    assert_eq!(registered, entities);

    let mut prefixes: Vec<&str> = kinds::all().map(|kind| kind.prefix).collect();
    prefixes.sort_unstable();
    let count = prefixes.len();
    prefixes.dedup();
    assert_eq!(prefixes.len(), count, "two kinds share a prefix: {prefixes:?}");

    let schema = belle_house::graphql::sdl();
    for kind in kinds::all() {
        // Accounts go with their clients and are found as the viewer; there is one company.
        let alone = ["Account", "CompanyProfile", "Delivery"].contains(&kind.name);
        assert_eq!(kind.actions.is_none(), alone, "{}", kind.name);
        if !alone {
            let line = format!("type {} implements Node & Record {{", kind.name);
            assert!(schema.contains(&line), "{line}");
        }
    }
}
