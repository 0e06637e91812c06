//! The `belle-house` binary: everything is in the library.

fn main() {}
