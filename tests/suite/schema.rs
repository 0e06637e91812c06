//! `schema.graphql` is what clients read: it must be what the server serves, and say what everything means.

use std::collections::BTreeMap;

use async_graphql::parser::types::{
    InputValueDefinition, ServiceDocument, TypeDefinition, TypeKind, TypeSystemDefinition,
};
use async_graphql::{Positioned, parser::parse_schema};
use belle_house::graphql::sdl;

#[test]
fn the_committed_schema_is_the_served_one() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql");
    let served = format!("{}\n", sdl().trim_end());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(file, &served).unwrap();
    }
    let committed = std::fs::read_to_string(file).unwrap_or_default();
    let differs = committed
        .lines()
        .zip(served.lines())
        .position(|(one, other)| one != other);
    assert!(
        committed == served,
        "schema.graphql is out of date (first difference in line {}); mend it with: UPDATE=1 cargo test --test \
         suite schema",
        differs.unwrap_or_else(|| committed.lines().count().min(served.lines().count())) + 1
    );
}

#[test]
fn everything_in_the_schema_is_described() {
    let missing = undescribed(&parse_schema(sdl()).unwrap());
    assert!(
        missing.is_empty(),
        "without a description:\n{}",
        missing.join("\n")
    );
}

/// The object types and interfaces of the schema, with the types of their fields.
pub fn types() -> BTreeMap<String, BTreeMap<String, String>> {
    let mut types = BTreeMap::new();
    for definition in parse_schema(sdl()).unwrap().definitions {
        let TypeSystemDefinition::Type(definition) = definition else {
            continue;
        };
        let fields = match &definition.node.kind {
            TypeKind::Object(object) => &object.fields,
            TypeKind::Interface(interface) => &interface.fields,
            _ => continue,
        };
        let fields = fields.iter().map(|field| {
            let ty = field.node.ty.node.to_string();
            let ty = ty.trim_matches(['[', ']', '!']).to_owned();
            (field.node.name.node.to_string(), ty)
        });
        types.insert(definition.node.name.node.to_string(), fields.collect());
    }
    types
}

fn undescribed(document: &ServiceDocument) -> Vec<String> {
    let mut missing = Vec::new();
    for definition in &document.definitions {
        if let TypeSystemDefinition::Type(definition) = definition {
            look_at_type(&definition.node, &mut missing);
        }
    }
    missing
}

fn look_at_type(definition: &TypeDefinition, missing: &mut Vec<String>) {
    let name = definition.name.node.as_str();
    let mut look = |place: String, description: &Option<Positioned<String>>| {
        if description
            .as_ref()
            .is_none_or(|text| text.node.trim().is_empty())
        {
            missing.push(place);
        }
    };
    look(name.to_owned(), &definition.description);
    let inputs =
        |owner: &str, inputs: &[Positioned<InputValueDefinition>], look: &mut dyn FnMut(String, &_)| {
            for input in inputs {
                look(
                    format!("{owner}.{}", input.node.name.node),
                    &input.node.description,
                );
            }
        };
    match &definition.kind {
        TypeKind::Object(object) => {
            for field in &object.fields {
                let place = format!("{name}.{}", field.node.name.node);
                look(place.clone(), &field.node.description);
                inputs(&place, &field.node.arguments, &mut look);
            }
        }
        TypeKind::Interface(interface) => {
            for field in &interface.fields {
                let place = format!("{name}.{}", field.node.name.node);
                look(place.clone(), &field.node.description);
                inputs(&place, &field.node.arguments, &mut look);
            }
        }
        TypeKind::Enum(values) => {
            for value in &values.values {
                look(
                    format!("{name}.{}", value.node.value.node),
                    &value.node.description,
                );
            }
        }
        TypeKind::InputObject(object) => inputs(name, &object.fields, &mut look),
        TypeKind::Scalar | TypeKind::Union(_) => {}
    }
}

#[test]
fn the_check_for_descriptions_sees_every_kind_of_thing() {
    let document = parse_schema(
        r#"
        type A { "said" b("said" c: Int d: Int): Int e: Int }
        "said" interface F { g: Int }
        "said" enum H { I "said" J }
        "said" input K { l: Int }
        scalar M
        "#,
    )
    .unwrap();
    assert_eq!(
        undescribed(&document),
        ["A", "A.b.d", "A.e", "F.g", "H.I", "K.l", "M"]
    );
}
