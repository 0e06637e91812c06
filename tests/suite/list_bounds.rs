//! Every list that a caller may send has a bound, says it in its description, and is refused beyond it at its place.

use std::collections::BTreeSet;

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, InputObjectType, InputValueDefinition, Selection, Type, TypeKind,
};
use platform::graphql::document::stated_bound;
use serde_json::{Value, json};

use crate::permissions::{Ids, Schema, base_name};
use crate::support::app::TestApp;

/// An argument or input field on the way to a list, and what it stands in.
type Step<'a> = &'a InputValueDefinition;

impl Schema {
    fn input(&self, name: &str) -> Option<&InputObjectType> {
        match self.0.get(name).map(|ty| &ty.kind) {
            Some(TypeKind::InputObject(object)) => Some(object),
            _ => None,
        }
    }

    /// The ways to all lists below a step, none of which goes through a list.
    fn lists<'a>(&'a self, way: &mut Vec<Step<'a>>, found: &mut Vec<Vec<Step<'a>>>) {
        let step = way[way.len() - 1];
        assert!(way.len() < 10, "an input type holds itself: {}", step.name.node);
        if matches!(step.ty.node.base, BaseType::List(_)) {
            found.push(way.clone());
        }
        for inner in self
            .input(base_name(&step.ty.node))
            .into_iter()
            .flat_map(|it| &it.fields)
        {
            way.push(&inner.node);
            self.lists(way, found);
            way.pop();
        }
    }

    /// A step with all that its input requires, the list at the end of the way being the variable.
    fn write(&self, field: &str, way: &[Step<'_>]) -> String {
        let (step, rest) = (way[0], &way[1..]);
        let Some(next) = rest.first() else {
            return format!("{}: $list", step.name.node);
        };
        let object = self.input(base_name(&step.ty.node)).unwrap();
        let others = object
            .fields
            .iter()
            .filter(|it| it.node.name.node != next.name.node);
        let members: Vec<String> = others
            .filter_map(|other| self.required(field, &other.node, &Ids::unknown()))
            .chain([self.write(field, rest)])
            .collect();
        format!("{}: {{ {} }}", step.name.node, members.join(", "))
    }

    /// A value that the list may hold, as JSON.
    fn one_of(&self, field: &str, list: Step<'_>) -> Value {
        let BaseType::List(inner) = &list.ty.node.base else {
            panic!("{} is no list", list.name.node);
        };
        let text = self.sample(field, "id", inner, &Ids::unknown());
        let document = parse_query(format!("{{ a(b: {text}) }}")).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        let Selection::Field(field) = &operation.node.selection_set.node.items[0].node else {
            panic!("a field");
        };
        let value = field.node.arguments[0].1.node.clone();
        value.into_const().unwrap().into_json().unwrap()
    }
}

/// The bound that a description states: `500 at most`, `500 lines at most`.
fn stated(description: &str) -> Option<usize> {
    let before = description
        .split(" at most")
        .next()
        .filter(|it| it.len() < description.len())?;
    let last_two = before.rsplit(' ').take(2);
    let numbers = last_two.map(|word| word.trim_start_matches('(').parse());
    numbers.into_iter().find_map(Result::ok)
}

fn bound(list: Step<'_>) -> usize {
    let description = list.description.as_ref().map_or("", |it| it.node.as_str());
    stated(description).unwrap_or_else(|| {
        panic!(
            "{} is a list whose description doesn't say how many it takes, as «100 at most»: use a BoundedList",
            list.name.node
        )
    })
}

fn is_list(ty: &Type) -> bool {
    matches!(ty.base, BaseType::List(_))
}

#[test]
fn every_list_says_how_many_it_takes() {
    let schema = Schema::read();
    let mut seen = 0;
    for ty in schema.0.values() {
        let inputs: Vec<Step<'_>> = match &ty.kind {
            TypeKind::InputObject(object) => object.fields.iter().map(|it| &it.node).collect(),
            TypeKind::Object(object) => {
                let fields = object.fields.iter();
                fields
                    .flat_map(|it| &it.node.arguments)
                    .map(|it| &it.node)
                    .collect()
            }
            TypeKind::Interface(interface) => {
                let fields = interface.fields.iter();
                fields
                    .flat_map(|it| &it.node.arguments)
                    .map(|it| &it.node)
                    .collect()
            }
            _ => Vec::new(),
        };
        for list in inputs.into_iter().filter(|it| is_list(&it.ty.node)) {
            assert!(bound(list) <= 500, "{}", list.name.node);
            seen += 1;
        }
    }
    assert!(seen >= 19, "{seen} lists");
    assert_eq!(stated("The lines, in order; 500 at most. A draft"), Some(500));
    assert_eq!(stated("What is taken back, 500 lines at most: more"), Some(500));
    assert_eq!(stated("At most 3, mostly"), None);
}

/// What comes back as a list multiplies the cost of what is asked of it, by the bound that its description states.
#[test]
fn every_list_that_comes_back_says_how_many_it_holds() {
    let schema = Schema::read();
    let mut seen = 0;
    for (name, ty) in &schema.0 {
        let fields = match &ty.kind {
            TypeKind::Object(object) => &object.fields,
            TypeKind::Interface(interface) => &interface.fields,
            _ => continue,
        };
        for field in fields.iter().map(|it| &it.node).filter(|it| is_list(&it.ty.node)) {
            let field_name = field.name.node.as_str();
            // A page holds as many as its arguments say; the mistakes of an input are as many as it has values.
            let is_page = name.ends_with("Connection") && matches!(field_name, "nodes" | "edges");
            if is_page || base_name(&field.ty.node) == "UserError" {
                continue;
            }
            let mut described = field.description.iter().chain(
                field
                    .arguments
                    .iter()
                    .filter(|it| it.node.name.node == "first")
                    .flat_map(|it| &it.node.description),
            );
            let bound = described.find_map(|it| stated_bound(&it.node));
            let Some(bound) = bound else {
                panic!(
                    "{name}.{field_name} is a list whose description doesn't say how many it holds, as «60 at most»"
                );
            };
            assert!(bound <= 500, "{name}.{field_name}: {bound}");
            seen += 1;
        }
    }
    assert!(seen >= 24, "{seen} lists");
}

#[tokio::test]
async fn what_is_asked_of_a_list_costs_as_much_as_the_list_may_hold() {
    let app = TestApp::start().await;
    let staff = app.staff().await;
    let aliases = |count: usize, field: &str| -> String {
        let fields = (0..count).map(|number| format!("a{number}: {field} "));
        fields.collect()
    };
    let (quantities, urls, htmls) = (
        aliases(59, "quantity"),
        aliases(7, "url"),
        aliases(2, "contentHtml"),
    );
    let pictures = |fields: &str| {
        format!(
            "{{ portfolio(first: 100) {{ nodes {{ gallery {{ image {{ renditions {{ {fields} }} }} }} }} }} }}"
        )
    };
    // Each invoice has 500 lines at most, each gallery 60 pictures of 12 files, each article 100,000 characters.
    for (who, query, refused) in [
        (
            Some(&staff),
            "{ viewer { projects { nodes { invoices { nodes { items { description totalPrice { formatted } } } } } } } }".to_owned(),
            None,
        ),
        (
            Some(&staff),
            "{ invoices(first: 100) { nodes { items { description quantity unitPrice { amount } } } } }".to_owned(),
            None,
        ),
        (
            Some(&staff),
            format!("{{ viewer {{ projects {{ nodes {{ invoices {{ nodes {{ items {{ {quantities} }} }} }} }} }} }} }}"),
            Some(format!("a cost of {},", 2 + 20 * (2 + 20 * (2 + 500 * 59)))),
        ),
        (None, pictures("url width height format byteSize"), None),
        (
            None,
            pictures(&urls),
            Some(format!("a cost of {},", 1 + 100 * (2 + 60 * (2 + 12 * 7)))),
        ),
        (None, format!("{{ blogPosts(first: 100) {{ nodes {{ {htmls} }} }} }}"), None),
        (
            None,
            format!("{{ blogPosts(first: 100) {{ nodes {{ {htmls} content }} }} }}"),
            Some(format!("thousands of characters of text: {},", 100 * 3 * 100)),
        ),
    ] {
        let who: Option<&str> = who.and_then(Into::into);
        let answer = app.graphql(who, &query, json!({})).await;
        match refused {
            None => assert!(answer.body["errors"].is_null(), "{query}: {}", answer.body),
            Some(why) => {
                let told = answer.body["errors"][0]["message"].as_str().unwrap_or_default();
                assert_eq!(answer.code(), "LIMIT_EXCEEDED", "{query}");
                assert!(told.contains(&why), "{query}: {told}");
            }
        }
    }
}

#[tokio::test]
async fn one_more_is_refused_at_the_place_of_the_list() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let admin = app.admin().await;
    let schema = Schema::read();
    let mut refused = BTreeSet::new();
    for (operation, root) in [("query", "Query"), ("mutation", "Mutation")] {
        for field in schema.fields(root) {
            for way in schema.ways(field) {
                let list = way[way.len() - 1];
                let (document, path) = schema.document_with_list(operation, field, &way);
                let one = schema.one_of(field.name.node.as_str(), list);
                let most = bound(list);
                let ask = |length: usize| {
                    let variables = json!({ "list": vec![one.clone(); length] });
                    app.graphql(&admin, &document, variables)
                };
                let answer = ask(most + 1).await.body;
                let (code, place, message) = mistake(&answer, field.name.node.as_str());
                assert_eq!((code, place), ("INVALID", json!(path)), "{document}: {answer}");
                assert!(
                    message.contains(&format!("envoyez-en {most} au maximum")),
                    "{document}: {message}"
                );
                let taken = ask(most).await.body.to_string();
                assert!(
                    !taken.contains(&format!("envoyez-en {most} au maximum")),
                    "{document}: {taken}"
                );
                assert!(!taken.contains("INTERNAL"), "{document}: {taken}");
                refused.insert(list.name.node.to_string());
            }
        }
    }
    let all = [
        "action",
        "gallery",
        "ids",
        "images",
        "items",
        "keep",
        "kind",
        "kinds",
        "lastNumbers",
        "preferences",
        "rows",
        "status",
        "uploadIds",
        "videos",
    ];
    assert_eq!(refused, BTreeSet::from(all.map(str::to_owned)));
}

impl Schema {
    fn ways<'a>(&'a self, field: &'a FieldDefinition) -> Vec<Vec<Step<'a>>> {
        let mut ways = Vec::new();
        for argument in &field.arguments {
            self.lists(&mut vec![&argument.node], &mut ways);
        }
        ways
    }

    fn document_with_list<'a>(
        &self,
        operation: &str,
        field: &FieldDefinition,
        way: &[Step<'a>],
    ) -> (String, Vec<&'a str>) {
        let name = field.name.node.as_str();
        let others = field
            .arguments
            .iter()
            .filter(|it| it.node.name.node != way[0].name.node);
        let arguments: Vec<String> = others
            .filter_map(|it| self.required(name, &it.node, &Ids::unknown()))
            .chain([self.write(name, way)])
            .collect();
        let answers = self.fields(base_name(&field.ty.node));
        let selection = if answers.iter().any(|it| it.name.node == "userErrors") {
            "userErrors { code message field }"
        } else {
            "totalCount"
        };
        let document = format!(
            "{operation}($list: {}) {{ {name}({}) {{ {selection} }} }}",
            way[way.len() - 1].ty.node,
            arguments.join(", ")
        );
        (document, way.iter().map(|step| step.name.node.as_str()).collect())
    }
}

/// The code, place and message of the mistake in an answer, whether in a payload or at the top.
fn mistake<'a>(answer: &'a Value, field: &str) -> (&'a str, Value, &'a str) {
    let text = |value: &'a Value| value.as_str().unwrap_or_default();
    let top = &answer["errors"][0];
    if !top.is_null() {
        let extensions = &top["extensions"];
        return (
            text(&extensions["reason"]),
            extensions["field"].clone(),
            text(&top["message"]),
        );
    }
    let error = &answer["data"][field]["userErrors"][0];
    (
        text(&error["code"]),
        error["field"].clone(),
        text(&error["message"]),
    )
}
