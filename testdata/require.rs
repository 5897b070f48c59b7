//! Programs that a test needs and a machine may lack.
//!
//! A test without its program passes over itself, and says so past the harness, which would swallow it: `.ci/run` counts
//! these lines. `DISTRUST_REQUIRE` names programs (with commas between them) whose absence is a failure;
//! `DISTRUST_REQUIRE_ALL` makes every absence one.

use std::io::Write;
use std::process::Command;

/// Whether a program can be started with these arguments; says so, or fails, if not.
pub(crate) fn program(name: &str, arguments: &[&str]) -> bool {
    match Command::new(name).args(arguments).output() {
        Ok(_) => true,
        Err(error) => {
            missing(name, &error.to_string());
            false
        }
    }
}

/// Says that a test is skipped without a program, or fails.
pub(crate) fn missing(name: &str, why: &str) {
    let why = why.trim();
    assert!(!required(name), "{name} is required: {why}");
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    // Not captured, as what the macros print is.
    let _ = writeln!(std::io::stderr(), "SKIPPED {test}: without {name} ({why})");
}

fn required(name: &str) -> bool {
    let named = std::env::var("DISTRUST_REQUIRE").unwrap_or_default();
    let mut named = named.split(',').map(str::trim);
    std::env::var_os("DISTRUST_REQUIRE_ALL").is_some() || named.any(|one| one == name)
}
