//! The same document makes the same bytes: in another thread, in another process, after other documents.

use std::process::Command;

use super::{gallery, pdf, samples};

/// Where the child process writes.
const OUT: &str = "DOCUMENTS_STABLE_OUT";

#[test]
fn other_threads_make_the_same_bytes() {
    let invoice = samples::english();
    let first = pdf(&invoice);
    std::thread::scope(|scope| {
        let others: Vec<_> = (0..3)
            .map(|at| {
                let invoice = &invoice;
                scope.spawn(move || {
                    if at == 1 {
                        pdf(&samples::receipt());
                    }
                    pdf(invoice)
                })
            })
            .collect();
        for other in others {
            assert!(other.join().unwrap() == first, "the bytes differ");
        }
    });
}

#[test]
fn another_process_makes_the_same_bytes() {
    let out = tempfile();
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "stable::writes_for_another_process", "--ignored"])
        .env(OUT, &out)
        .status()
        .unwrap();
    assert!(status.success());
    for (name, document) in gallery() {
        if name == "120-lines" {
            continue;
        }
        let theirs = std::fs::read(out.join(name)).unwrap();
        assert!(theirs == pdf(&document), "{name} differs");
    }
    std::fs::remove_dir_all(out).unwrap();
}

#[test]
#[ignore = "the other process of another_process_makes_the_same_bytes"]
fn writes_for_another_process() {
    let Some(out) = std::env::var_os(OUT) else { return };
    let out = std::path::PathBuf::from(out);
    for (name, document) in gallery() {
        if name != "120-lines" {
            std::fs::write(out.join(name), pdf(&document)).unwrap();
        }
    }
}

#[test]
fn other_data_makes_another_file() {
    let mut invoice = samples::invoice(samples::many_lines(1));
    let first = pdf(&documents::Document::Invoice(Box::new(invoice.clone())));
    invoice.number = Some("BH/2026/13".into());
    assert!(pdf(&documents::Document::Invoice(Box::new(invoice))) != first);
}

fn tempfile() -> std::path::PathBuf {
    let folder =
        std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("stable-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
