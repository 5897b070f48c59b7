//! The stages of a run, one function each, as the program calls them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use distrust::catalog::Catalog;
use distrust::eval::terraform::{self, Settings, World};
use distrust::eval::{Stack, cloudformation};
use distrust::findings::Finding;
use distrust::graph::{self, Graph};
use distrust::rules::{self, RuleSet};
use distrust::source::{
    Discovered, Disk, Door, Folder, Scope, Search, SourceFile, SourceMap, discover,
};
use distrust::syntax::yaml;
use rayon::prelude::*;

/// What a run holds from its start to its end.
pub(crate) struct Pipeline {
    pub(crate) sources: SourceMap,
    scope: Scope,
    paths: Vec<PathBuf>,
}

/// A template and its tree.
pub(crate) type Parsed = (Arc<SourceFile>, yaml::Document);

/// Runs on a pool of so many threads (0: one for each processor), each with the stack that evaluation asks for.
pub(crate) fn with_threads<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .stack_size(terraform::THREAD_STACK_BYTES);
    pool.build().expect("threads can be started").install(work)
}

/// The graphs of the stacks in the built-in vocabulary.
pub(crate) fn graphs(stacks: &[Stack]) -> Vec<Graph> {
    let stacks = stacks.par_iter();
    stacks
        .map(|stack| graph::build(stack, Catalog::builtin()))
        .collect()
}

/// What all built-in rules find.
pub(crate) fn rules(graphs: &[Graph]) -> Vec<Finding> {
    let check = |graph| rules::check(graph, Catalog::builtin(), RuleSet::builtin(), &|_| true);
    graphs.par_iter().flat_map(check).collect()
}

impl Pipeline {
    pub(crate) fn new(folder: &Path) -> Self {
        let folder = std::fs::canonicalize(folder).expect("the folder exists");
        let paths = vec![folder.clone()];
        let scope = Scope::new(&Disk, &folder, Some(&folder), &paths);
        Self {
            sources: SourceMap::new(),
            scope,
            paths,
        }
    }

    fn door(&self) -> Door<'_> {
        Door::new(&Disk, &self.scope)
    }

    pub(crate) fn discover(&self) -> Discovered {
        let search = Search {
            paths: &self.paths,
            exclude: &[],
            listed: false,
            everything: false,
            is_template: |bytes| std::str::from_utf8(bytes).is_ok_and(yaml::looks_like_template),
        };
        discover(self.door(), &self.sources, search)
    }

    pub(crate) fn parse_templates(&self, found: &Discovered) -> Vec<Parsed> {
        found
            .templates
            .par_iter()
            .map(|file| (file.clone(), yaml::parse(file)))
            .collect()
    }

    /// Every template by itself, also those that another one nests (the program leaves them out afterwards).
    pub(crate) fn evaluate(&self, folders: Vec<Folder>, templates: &[Parsed]) -> Vec<Stack> {
        let settings = Settings::default();
        let world = World {
            sources: &self.sources,
            door: self.door(),
            settings,
        };
        let mut stacks = terraform::evaluate(folders, &world);
        let stack = |(file, document): &Parsed| {
            cloudformation::evaluate(&cloudformation::Request {
                file,
                document,
                door: self.door(),
                sources: &self.sources,
                parameters: &[],
            })
        };
        stacks.par_extend(templates.par_iter().map(stack));
        stacks
    }
}
