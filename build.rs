//! Has a release build compiled again when `scripts/console` has built the console, whose files it carries, and packs
//! its relocations. A debug build reads the files from the folder.

use std::{env, path::Path};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var("PROFILE").is_ok_and(|profile| profile == "debug") {
        return;
    }
    // Three megabytes of relocations become a hundred kilobytes: they are read at each start and count as resident. The
    // loader understands them since glibc 2.36 (2022); a linker that doesn't know the option leaves it out with a warning.
    if env::var("CARGO_CFG_TARGET_ENV").is_ok_and(|env| env == "gnu") {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
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
