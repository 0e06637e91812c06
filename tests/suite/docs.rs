//! The documentation doesn't point into the void.

use std::fs;
use std::path::{Path, PathBuf};

fn markdown(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            markdown(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
}

/// The targets of `[text](target)`, outside fenced code.
fn links(text: &str) -> Vec<String> {
    let mut fenced = false;
    let mut found = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        for part in line.split("](").skip(1) {
            if let Some((target, _)) = part.split_once(')') {
                found.push(target.to_owned());
            }
        }
    }
    found
}

#[test]
fn links_lead_to_files_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec![root.join("README.md")];
    markdown(&root.join("docs"), &mut files);
    let mut broken = Vec::new();
    for file in files.iter().filter(|file| file.exists()) {
        for link in links(&fs::read_to_string(file).unwrap()) {
            let target = link.split('#').next().unwrap();
            let elsewhere = target.contains("://") || target.starts_with("mailto:") || target.is_empty();
            if !elsewhere && !file.parent().unwrap().join(target).exists() {
                broken.push(format!("{}: {link}", file.strip_prefix(root).unwrap().display()));
            }
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

/// The files that stand in backquotes, outside fenced code.
fn named_files(text: &str) -> Vec<String> {
    let outside = text.split("```").step_by(2).collect::<String>();
    let spans = outside.split('`').skip(1).step_by(2);
    let is_file = |span: &&str| {
        let plain = span
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || "_-./".contains(it));
        let extension = Path::new(span).extension().and_then(|it| it.to_str());
        plain && matches!(extension, Some("rs" | "md" | "mjs" | "graphql" | "toml"))
    };
    spans.filter(is_file).map(str::to_owned).collect()
}

fn all_files(folder: &Path, found: &mut Vec<PathBuf>) {
    const OTHERS: &[&str] = &["target", "node_modules", ".git", "data"];
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() && !OTHERS.contains(&entry.file_name().to_str().unwrap()) {
            all_files(&path, found);
        } else if path.is_file() {
            found.push(path);
        }
    }
}

/// A file may be named by the end of its path, as `kinds/faq.rs`.
#[test]
fn files_that_are_named_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    all_files(root, &mut files);
    let mut documents = vec![root.join("README.md")];
    markdown(&root.join("docs"), &mut documents);
    let mut missing = Vec::new();
    for document in documents {
        for name in named_files(&fs::read_to_string(&document).unwrap()) {
            // The worked example's own files, and those of a crate that a decision quotes.
            let elsewhere = name.ends_with("/award.rs") || name.starts_with("sqlx-sqlite/");
            if !elsewhere && !files.iter().any(|file| file.ends_with(&name)) {
                missing.push(format!(
                    "{}: {name}",
                    document.strip_prefix(root).unwrap().display()
                ));
            }
        }
    }
    assert!(missing.is_empty(), "no such files:\n{}", missing.join("\n"));
}

#[test]
fn files_are_told_from_other_code() {
    assert_eq!(
        named_files("`a/b.rs` and `x.y()`, `m<date>.rs`, `c.md`\n```\n`d.rs`\n```\n`e.toml`"),
        ["a/b.rs", "c.md", "e.toml"]
    );
}

#[test]
fn links_are_found_outside_code_alone() {
    assert_eq!(
        links("see [a](b.md) and [c](d#e)\n```\n[f](g)\n```\n"),
        ["b.md", "d#e"]
    );
}

#[test]
fn every_feature_is_on_the_map() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let map = fs::read_to_string(root.join("docs/ARCHITECTURE.md")).unwrap();
    for entry in fs::read_dir(root.join("src/features")).unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() {
            assert!(
                map.contains(&format!("    {name}/")),
                "docs/ARCHITECTURE.md doesn't place features/{name}/"
            );
        }
    }
}
