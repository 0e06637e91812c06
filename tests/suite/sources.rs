//! The server's own sources, as the rules of `architecture.rs` read them: which file names what.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::Visit;

/// A path as written in a file, made absolute: `["crate", "features", "projects", "Project"]` or
/// `["axum", "Json"]`.
pub type Named = Vec<String>;

#[derive(Debug)]
pub struct Source {
    /// `src` or `platform/src`.
    pub folder: &'static str,
    /// Relative to that, with `/`.
    pub path: String,
    /// Where it stands in its crate, as paths in it begin: `["crate", "features", "projects"]`.
    pub module: Named,
    pub names: BTreeSet<Named>,
    pub lines: usize,
}

impl Source {
    /// The feature that the file belongs to.
    pub fn feature(&self) -> Option<&str> {
        self.path
            .strip_prefix("features/")?
            .split_once('/')
            .map(|(feature, _)| feature)
    }

    /// Whether the file is in a place where GraphQL types live.
    pub fn is_graphql(&self) -> bool {
        self.path.contains("/graphql/")
            || self.path.ends_with("/graphql.rs")
            || self.path.starts_with("graphql/")
    }

    pub fn is_in(&self, places: &[&str]) -> bool {
        places
            .iter()
            .any(|place| self.path == format!("{place}.rs") || self.path.starts_with(&format!("{place}/")))
    }

    /// The names that start with the given segments.
    pub fn naming<'a>(&'a self, start: &'a [&'a str]) -> impl Iterator<Item = &'a Named> {
        self.names.iter().filter(move |name| {
            name.len() >= start.len() && name.iter().zip(start).all(|(segment, wanted)| segment == wanted)
        })
    }

    pub fn complaints(&self, start: &[&str], why: &str) -> Vec<String> {
        self.naming(start)
            .map(|name| format!("{self}: {} ({why})", name.join("::")))
            .collect()
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.folder, self.path)
    }
}

/// Collects every path of a file: `use` trees, paths in code and types, and what looks like a path inside
/// macros and attributes.
struct Paths {
    module: Named,
    names: BTreeSet<Named>,
}

impl Paths {
    fn add(&mut self, segments: &[String]) {
        let Some(first) = segments.first() else { return };
        let mut name = match first.as_str() {
            "self" => self.module.clone(),
            "super" => self.module[..self.module.len().saturating_sub(1)].to_vec(),
            "belle_house" => vec!["crate".to_owned()],
            _ => vec![first.clone()],
        };
        for segment in &segments[1..] {
            if segment == "super" {
                name.pop();
            } else if segment != "self" {
                name.push(segment.clone());
            }
        }
        self.names.insert(name);
    }

    fn add_tree(&mut self, tree: &syn::UseTree, prefix: &mut Vec<String>) {
        match tree {
            syn::UseTree::Path(path) => {
                prefix.push(path.ident.to_string());
                self.add_tree(&path.tree, prefix);
                prefix.pop();
            }
            syn::UseTree::Name(name) => self.add_leaf(name.ident.to_string(), prefix),
            syn::UseTree::Rename(rename) => self.add_leaf(rename.ident.to_string(), prefix),
            syn::UseTree::Glob(_) => self.add_leaf("*".to_owned(), prefix),
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.add_tree(tree, prefix);
                }
            }
        }
    }

    fn add_leaf(&mut self, leaf: String, prefix: &[String]) {
        let mut segments = prefix.to_vec();
        segments.push(leaf);
        self.add(&segments);
    }

    /// Macros and attributes hold tokens that nobody has parsed: whatever reads `a::b` counts.
    fn add_tokens(&mut self, tokens: &str) {
        let text = tokens
            .replace(" :: ", "::")
            .replace(":: ", "::")
            .replace(" ::", "::");
        for word in text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')) {
            if word.contains("::") {
                let segments: Vec<String> = word
                    .split("::")
                    .filter(|segment| !segment.is_empty())
                    .map(str::to_owned)
                    .collect();
                self.add(&segments);
            }
        }
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.add_tree(&item.tree, &mut Vec::new());
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        if segments.len() > 1 {
            self.add(&segments);
        }
        syn::visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.add_tokens(&call.tokens.to_string());
        syn::visit::visit_macro(self, call);
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        if let syn::Meta::List(list) = &attribute.meta {
            self.add_tokens(&list.tokens.to_string());
        }
        syn::visit::visit_attribute(self, attribute);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        // Unit tests may stand up whatever they need.
        if item.attrs.iter().any(is_cfg_test) {
            return;
        }
        self.module.push(item.ident.to_string());
        syn::visit::visit_item_mod(self, item);
        self.module.pop();
    }
}

fn is_cfg_test(attribute: &syn::Attribute) -> bool {
    match &attribute.meta {
        syn::Meta::List(list) => list.path.is_ident("cfg") && list.tokens.to_string() == "test",
        _ => false,
    }
}

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files_below(&path, extension, found);
        } else if path.extension().is_some_and(|it| it == extension) {
            found.push(path);
        }
    }
    found.sort();
}

/// The sources of the server itself: everything but the platform.
pub fn sources() -> Vec<Source> {
    sources_of("src")
}

/// The sources of the server and of the platform.
pub fn everything() -> Vec<Source> {
    let mut all = sources();
    all.extend(sources_of("platform/src"));
    all
}

pub fn sources_of(folder: &'static str) -> Vec<Source> {
    let mut files = Vec::new();
    files_below(&root().join(folder), "rs", &mut files);
    files.iter().map(|file| source(folder, file)).collect()
}

fn source(folder: &'static str, file: &Path) -> Source {
    let path = file
        .strip_prefix(root().join(folder))
        .unwrap()
        .to_string_lossy()
        .replace('\\', "/");
    let text = fs::read_to_string(file).unwrap();
    let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{folder}/{path}: {error}"));
    let mut module: Named = vec!["crate".to_owned()];
    module.extend(path.trim_end_matches(".rs").split('/').map(str::to_owned));
    if matches!(module.last().map(String::as_str), Some("mod" | "lib" | "main")) {
        module.pop();
    }
    let mut paths = Paths {
        module: module.clone(),
        names: BTreeSet::new(),
    };
    paths.visit_file(&parsed);
    Source {
        folder,
        path,
        module,
        names: paths.names,
        lines: text.lines().count(),
    }
}

/// The rules would hold of an empty tree, too: they must see what they are made to see.
#[test]
fn the_checker_sees_every_way_of_naming() {
    let text = r#"
        use super::{a::B, c as d};
        use axum::{Json, extract::*};
        mod inner { fn f() { super::g::<crate::http::X>(); } }
        #[derive(async_graphql::Enum)]
        enum E { A }
        fn h() { let _ = vec![sea_orm::Set(1)]; self::i::j(); }
        #[cfg(test)] mod tests { use tests_may::Anything; }
    "#;
    let mut paths = Paths {
        module: ["crate", "features", "x"].map(str::to_owned).to_vec(),
        names: BTreeSet::new(),
    };
    paths.visit_file(&syn::parse_file(text).unwrap());
    let names: Vec<String> = paths.names.iter().map(|name| name.join("::")).collect();
    for wanted in [
        "crate::features::a::B",
        "crate::features::c",
        "axum::Json",
        "axum::extract::*",
        "crate::features::x::g",
        "crate::http::X",
        "async_graphql::Enum",
        "sea_orm::Set",
        "crate::features::x::i::j",
    ] {
        assert!(
            names.iter().any(|name| name == wanted),
            "{wanted} not in {names:?}"
        );
    }
}
