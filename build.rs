//! Has a release build compiled again when `scripts/console` has built the console, whose files it carries. A debug
//! build reads them from the folder.

use std::{env, path::Path};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var("PROFILE").is_ok_and(|profile| profile == "debug") {
        return;
    }
    // Cargo takes a path that doesn't exist as changed each time, so until the console is built its sources are
    // watched: the build puts its folder among them.
    let built = Path::new("console/dist");
    let watched = if built.exists() {
        built
    } else {
        Path::new("console")
    };
    println!("cargo::rerun-if-changed={}", watched.display());
}
