//! What a plan costs, before it runs.

use async_graphql::{Name, Value, Variables};
use async_graphql_value::Value as Argument;

use super::{
    FieldSelection,
    plan::{Field, Plan, Set},
};
use crate::{
    graphql::limits::{Limits, Refusal, Sizes, too_much},
    paging::{DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE},
};

/// One of the things that a cost has limits for.
type Measure = fn(&Cost) -> u64;

impl Plan {
    /// Checks what it costs with these variables: fields resolved at most, those that compute by their weight; characters of
    /// long texts; and bytes that arguments take once each variable is copied to each place that names it.
    ///
    /// # Errors
    /// The limit that it breaks.
    pub fn check_cost(&self, variables: &Variables, limits: &Limits) -> Result<Cost, Refusal> {
        let sizes = Sizes::new(variables);
        let cost = cost_of(&self.root, variables, &sizes);
        let measures: [(&str, Measure, u64); 3] = [
            ("a cost of", |cost| cost.fields, limits.cost),
            ("thousands of characters of text:", |cost| cost.text, limits.text),
            (
                "bytes of arguments, where each variable counts at each place that names it:",
                |cost| cost.argument_bytes,
                limits.expanded,
            ),
        ];
        for (what, measure, limit) in measures {
            let found = measure(&cost);
            if found > limit {
                let dearest = dearest(&self.root, variables, &sizes, measure);
                return Err(too_much(what, found, limit).at(dearest));
            }
        }
        Ok(cost)
    }
}

/// The keys that lead to what costs most: from each field to the one below that has half of its cost or more.
fn dearest<'a>(root: &'a Set, variables: &Variables, sizes: &Sizes<'_>, measure: Measure) -> Vec<&'a Name> {
    let mut keys = Vec::new();
    let mut set = Some(root);
    while let Some(now) = set {
        let costs = now
            .all_fields()
            .map(|field| (measure(&cost_of_field(field, variables, sizes)), field));
        let costs: Vec<(u64, &Field)> = costs.collect();
        let whole = costs
            .iter()
            .fold(0_u64, |sum, (cost, _)| sum.saturating_add(*cost));
        // The first of equal ones.
        let Some((cost, field)) = costs.into_iter().rev().max_by_key(|(cost, _)| *cost) else {
            break;
        };
        if !keys.is_empty() && cost < whole / 2 {
            break;
        }
        keys.push(&field.selection.key);
        set = field.set.as_ref();
    }
    keys
}

/// What a plan costs at most.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    /// Fields resolved, those that compute by their weight.
    pub fields: u64,
    /// Thousands of characters in long texts.
    pub text: u64,
    /// Bytes that arguments take.
    pub argument_bytes: u64,
}

impl Cost {
    fn times(self, times: u64) -> Self {
        Self {
            fields: self.fields.saturating_mul(times),
            text: self.text.saturating_mul(times),
            argument_bytes: self.argument_bytes.saturating_mul(times),
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            fields: self.fields.saturating_add(other.fields),
            text: self.text.saturating_add(other.text),
            argument_bytes: self.argument_bytes.saturating_add(other.argument_bytes),
        }
    }
}

/// What the dearest of an object's types costs.
fn cost_of(set: &Set, variables: &Variables, sizes: &Sizes<'_>) -> Cost {
    let variants = set.variants.iter().map(|fields| {
        let costs = fields.iter().map(|field| cost_of_field(field, variables, sizes));
        costs.fold(Cost::default(), Cost::and)
    });
    variants.fold(Cost::default(), |dearest, cost| Cost {
        fields: dearest.fields.max(cost.fields),
        text: dearest.text.max(cost.text),
        argument_bytes: dearest.argument_bytes.max(cost.argument_bytes),
    })
}

fn cost_of_field(field: &Field, variables: &Variables, sizes: &Sizes<'_>) -> Cost {
    let selection = &field.selection;
    let own = Cost {
        fields: selection.work.weight,
        text: selection.work.text,
        argument_bytes: sizes.of_arguments(selection.arguments.iter().map(|(_, _, value)| value)),
    };
    let Some(set) = &field.set else { return own };
    let is_page = set
        .all_fields()
        .any(|field| matches!(field.selection.name.as_str(), "nodes" | "edges"));
    let times = page_size(selection, variables).unwrap_or(if is_page {
        DEFAULT_PAGE_SIZE
    } else {
        selection.work.most
    });
    cost_of(set, variables, sizes).times(times).and(own)
}

/// How many rows a list is asked for; `None` when it is not told how many.
fn page_size(field: &FieldSelection, variables: &Variables) -> Option<u64> {
    let sizes = field
        .arguments
        .iter()
        .filter(|(name, ..)| matches!(name.as_str(), "first" | "last" | "pageSize"))
        .map(|(_, _, argument)| {
            let number = match argument {
                Argument::Number(number) => number.as_u64(),
                Argument::Variable(name) => match variables.get(name) {
                    Some(Value::Number(number)) => number.as_u64(),
                    _ => None,
                },
                _ => None,
            };
            number.unwrap_or(DEFAULT_PAGE_SIZE)
        });
    // A larger page is refused by the list itself.
    sizes.max().map(|asked| Ord::min(asked, MAX_PAGE_SIZE))
}
