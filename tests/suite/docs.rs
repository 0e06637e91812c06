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
