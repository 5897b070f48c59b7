//! Times of each stage in process, over generated inputs: `cargo bench`, `cargo bench -- parse`.
//!
//! Reading from disk counts in `run` only; every other stage gets what the stage before it made.

mod inputs;
mod pipeline;
mod segments;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use distrust::eval::Stack;
use distrust::source::{Discovered, SourceFile, SourceMap};
use distrust::syntax::{hcl, yaml};
use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use pipeline::{Parsed, Pipeline};

use inputs::{Language, growth};

/// A generated input: the language and how many resources.
type Input = (Language, usize);

const INPUTS: [Input; 4] = [
    (Language::Terraform, 1_000),
    (Language::Terraform, 10_000),
    (Language::CloudFormation, 1_000),
    (Language::CloudFormation, 10_000),
];

fn main() {
    // Evaluation needs deep stacks, and one thread measures the work, not the machine.
    pipeline::with_threads(1, divan::main);
}

/// The folder with a generated input, written when first asked for.
fn folder(input: Input) -> &'static Path {
    static FOLDERS: [OnceLock<PathBuf>; INPUTS.len()] = [const { OnceLock::new() }; INPUTS.len()];
    FOLDERS[place(input)].get_or_init(|| {
        let (language, size) = input;
        let name = format!("{language:?}-{size}").to_lowercase();
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        if folder.exists() {
            std::fs::remove_dir_all(&folder).expect("an older input can be removed");
        }
        let files = inputs::realistic(language, size);
        inputs::write(&folder, &files).expect("the target folder can be written to");
        folder
    })
}

fn place(input: Input) -> usize {
    let found = INPUTS.iter().position(|known| *known == input);
    found.expect("one of the inputs")
}

/// Everything that was made on the way to the rules, for one input.
struct Made {
    pipeline: Pipeline,
    found: Discovered,
    templates: Vec<Parsed>,
    stacks: Vec<Stack>,
}

fn made(input: Input) -> &'static Made {
    static MADE: [OnceLock<Made>; INPUTS.len()] = [const { OnceLock::new() }; INPUTS.len()];
    MADE[place(input)].get_or_init(|| {
        let pipeline = Pipeline::new(folder(input));
        let found = pipeline.discover();
        let templates = pipeline.parse_templates(&found);
        let stacks = pipeline.evaluate(found.folders.clone(), &templates);
        let resources: usize = stacks.iter().map(|stack| stack.resources.len()).sum();
        assert!(resources >= input.1, "{input:?} made {resources} resources");
        Made {
            pipeline,
            found,
            templates,
            stacks,
        }
    })
}

fn sources(files: &[inputs::File], suffix: &str) -> (SourceMap, Vec<std::sync::Arc<SourceFile>>) {
    let sources = SourceMap::new();
    let wanted = files.iter().filter(|(path, _)| path.ends_with(suffix));
    let added = wanted
        .map(|(path, text)| sources.add(path, text.clone().into_bytes()).0)
        .collect();
    (sources, added)
}

fn bytes(files: &[std::sync::Arc<SourceFile>]) -> BytesCount {
    BytesCount::new(files.iter().map(|file| file.text.len()).sum::<usize>())
}

#[divan::bench_group]
mod parse {
    use super::*;

    #[divan::bench]
    fn hcl_native(bencher: Bencher<'_, '_>) {
        let (_map, files) = sources(&inputs::realistic(Language::Terraform, 10_000), ".tf");
        bencher.counter(bytes(&files)).bench_local(|| {
            files
                .iter()
                .for_each(|file| drop(black_box(hcl::parse(file.id, &file.text))));
        });
    }

    #[divan::bench]
    fn hcl_damaged(bencher: Bencher<'_, '_>) {
        let (_, _, shape) = growth::SHAPES
            .iter()
            .find(|(name, ..)| *name == "errors")
            .expect("it is there");
        let (_map, files) = sources(&shape(10_000), ".tf");
        bencher.counter(bytes(&files)).bench_local(|| {
            files
                .iter()
                .for_each(|file| drop(black_box(hcl::parse(file.id, &file.text))));
        });
    }

    #[divan::bench(args = [".yaml", ".json"])]
    fn template(bencher: Bencher<'_, '_>, suffix: &str) {
        let (_map, files) = sources(&inputs::realistic(Language::CloudFormation, 10_000), suffix);
        bencher.counter(bytes(&files)).bench_local(|| {
            files
                .iter()
                .for_each(|file| drop(black_box(yaml::parse(file))));
        });
    }
}

#[divan::bench(args = INPUTS)]
fn evaluate(bencher: Bencher<'_, '_>, input: Input) {
    let made = made(input);
    bencher
        .counter(ItemsCount::new(input.1))
        .with_inputs(|| made.found.folders.clone())
        .bench_local_values(|folders| made.pipeline.evaluate(folders, &made.templates));
}

#[divan::bench(args = INPUTS)]
fn graph(bencher: Bencher<'_, '_>, input: Input) {
    let made = made(input);
    bencher
        .counter(ItemsCount::new(input.1))
        .bench_local(|| pipeline::graphs(&made.stacks));
}

#[divan::bench(args = INPUTS)]
fn rules(bencher: Bencher<'_, '_>, input: Input) {
    let graphs = pipeline::graphs(&made(input).stacks);
    bencher
        .counter(ItemsCount::new(input.1))
        .bench_local(|| pipeline::rules(&graphs));
}

/// An intent proved on the graph: 50 segments, 400 flows, 10,000 security groups.
#[divan::bench]
fn verify(bencher: Bencher<'_, '_>) {
    let (text, files) = segments::segments(50, 400, 10_000);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("segments");
    inputs::write(&folder, &files).expect("the target folder can be written to");
    let pipeline = Pipeline::new(&folder);
    let found = pipeline.discover();
    let graphs = pipeline::graphs(&pipeline.evaluate(found.folders, &[]));
    let (file, _) = pipeline
        .sources
        .add("distrust.intent.yaml", text.into_bytes());
    let intent = distrust::intent::read(&file).expect("the intent holds");
    bencher.bench_local(|| {
        let answers = graphs.iter().map(|graph| {
            distrust::intent::verify::verify(&intent, graph, distrust::catalog::Catalog::builtin())
        });
        let answers = distrust::intent::verify::merge(intent.source, answers);
        assert!(answers.len() > 2_000, "each pair of segments is answered");
        answers
    });
}

/// From the folder to the findings; what the program does but for writing them.
#[divan::bench(args = INPUTS)]
fn run(bencher: Bencher<'_, '_>, input: Input) {
    let folder = folder(input);
    bencher.counter(ItemsCount::new(input.1)).bench_local(|| {
        let pipeline = Pipeline::new(folder);
        let found = pipeline.discover();
        let templates = pipeline.parse_templates(&found);
        let stacks = pipeline.evaluate(found.folders, &templates);
        pipeline::rules(&pipeline::graphs(&stacks))
    });
}
