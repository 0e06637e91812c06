//! `Node` and `Record`: interfaces whose types the features register ([`kinds`](super::kinds)). What implements them is
//! resolved as its own type, so that a kind is named nowhere here.

use std::borrow::Cow;

use async_graphql::{
    ContextSelectionSet, OutputType, Positioned, ServerResult, Value,
    indexmap::{IndexMap, IndexSet},
    parser::types::Field,
    registry::{MetaField, MetaType, MetaTypeId, Registry},
};

use super::kinds::found_by_id;
use crate::features::accounts::graphql::{RecordFields, viewer::Viewer};
use platform::graphql::AnyRecord;

/// Whatever has an id of its own.
pub struct Node(pub Box<dyn AnyRecord>);

impl From<Viewer> for Node {
    fn from(viewer: Viewer) -> Self {
        Self(Box::new(viewer))
    }
}

/// Whatever is entered, changed, deleted and restored.
pub struct Record(pub Box<dyn AnyRecord>);

impl OutputType for Node {
    fn type_name() -> Cow<'static, str> {
        "Node".into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(MetaTypeId::Interface, |registry| {
            Viewer::create_type_info(registry);
            let mut types = vec![Viewer::type_name().into_owned()];
            types.extend(found_by_id().map(|(_, kind)| kind.register(registry)));
            let mut fields = record_fields(registry);
            fields.retain(|name, _| name == "id");
            interface::<Self>(
                registry,
                "Whatever has an id of its own: `node(id)` finds it again.",
                fields,
                types,
            )
        })
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        self.0.resolve(ctx, field).await
    }
}

impl OutputType for Record {
    fn type_name() -> Cow<'static, str> {
        "Record".into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(MetaTypeId::Interface, |registry| {
            let types = found_by_id().map(|(_, kind)| kind.register(registry)).collect();
            let fields = record_fields(registry);
            interface::<Self>(
                registry,
                "Whatever is entered, changed, deleted and restored: who did it is for staff. `deleteRecord`, \
                 `restoreRecord` and\n`forceDeleteRecord` take the id of any.",
                fields,
                types,
            )
        })
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        self.0.resolve(ctx, field).await
    }
}

/// The fields that every record has, as [`RecordFields`] describes them.
fn record_fields(registry: &mut Registry) -> IndexMap<String, MetaField> {
    match registry.create_fake_output_type::<RecordFields>() {
        MetaType::Object { fields, .. } => fields,
        _ => IndexMap::new(),
    }
}

/// The interface `I`, which these types implement.
fn interface<I: OutputType>(
    registry: &mut Registry,
    description: &str,
    fields: IndexMap<String, MetaField>,
    types: Vec<String>,
) -> MetaType {
    for name in &types {
        registry.add_implements(name, &I::type_name());
    }
    MetaType::Interface {
        name: I::type_name().into_owned(),
        description: Some(description.to_owned()),
        fields,
        possible_types: IndexSet::from_iter(types),
        extends: false,
        keys: None,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: Some(std::any::type_name::<I>()),
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}
