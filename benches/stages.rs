//! Times each stage of a run over a folder, in process: `stages FOLDER [--threads N]`.
//!
//! For profilers, and for repositories at hand. Whole processes are measured by `process.py`.

#[path = "pipeline.rs"]
mod pipeline;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use pipeline::Pipeline;

fn main() -> ExitCode {
    let mut folder = None;
    let mut threads = 0;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if argument == "--threads" {
            threads = arguments
                .next()
                .and_then(|value| value.parse().ok())
                .unwrap_or(0);
        } else {
            folder = Some(PathBuf::from(argument));
        }
    }
    let Some(folder) = folder else {
        eprintln!("usage: stages FOLDER [--threads N]");
        return ExitCode::from(2);
    };
    pipeline::with_threads(threads, || stages(&folder));
    ExitCode::SUCCESS
}

fn stages(folder: &std::path::Path) {
    let mut last = Instant::now();
    let mut lap = |what: &str, said: String| {
        println!(
            "{what:<10} {:>9.1} ms   {said}",
            last.elapsed().as_secs_f64() * 1e3
        );
        last = Instant::now();
    };
    let pipeline = Pipeline::new(folder);
    let found = pipeline.discover();
    let bytes: usize = pipeline
        .sources
        .all()
        .iter()
        .map(|file| file.text.len())
        .sum();
    lap(
        "discover",
        format!("{} files, {bytes} bytes", found.files()),
    );
    let templates = pipeline.parse_templates(&found);
    lap("yaml/json", format!("{} templates", templates.len()));
    let stacks = pipeline.evaluate(found.folders, &templates);
    let resources: usize = stacks.iter().map(|stack| stack.resources.len()).sum();
    let said: usize = stacks.iter().map(|stack| stack.diagnostics.len()).sum();
    lap(
        "evaluate",
        format!(
            "{} stacks, {resources} resources, {said} diagnostics",
            stacks.len()
        ),
    );
    let graphs = pipeline::graphs(&stacks);
    let resources: usize = graphs.iter().map(|graph| graph.resources.len()).sum();
    let edges: usize = graphs.iter().map(|graph| graph.edges.len()).sum();
    lap("graph", format!("{resources} resources, {edges} edges"));
    let findings = pipeline::rules(&graphs);
    lap("rules", format!("{} findings", findings.len()));
    drop((stacks, templates, graphs, findings));
    lap("drop", String::new());
}
