//! Each stack by itself: evaluated, lowered into its graph, asked and dropped.

use super::*;
use crate::graph;

/// Evaluates everything that was found and asks each stack that is judged by itself.
///
/// A fault of this program in one stack costs the answer about that stack: what `T` says by default stands for it, beside
/// a diagnostic.
///
/// Call it in a pool of threads with stacks of [`terraform::THREAD_STACK_BYTES`] or so: deep recursion takes more where it
/// is needed ([`source::deep`](crate::source::deep)).
pub fn each<T: Default + Send>(
    found: Discovered,
    world: &World<'_>,
    ask: &(dyn Fn(&Stack, Graph) -> T + Sync),
) -> Answers<T> {
    let mut out = all(found, world, ask);
    let nested = out.nested();
    out.stacks.retain(|stack| !nested.contains(&stack.name));
    out
}

/// The same with the templates that others nest.
pub(super) fn all<T: Default + Send>(
    found: Discovered,
    world: &World<'_>,
    ask: &(dyn Fn(&Stack, Graph) -> T + Sync),
) -> Answers<T> {
    let mut out = Answers {
        stacks: Vec::new(),
        diagnostics: found.diagnostics,
    };
    let first = found.folders.first().and_then(first_byte);
    let of_terraform = guarded(|| match found.plans.is_empty() {
        true => (
            of_roots(found.folders, world, &|stack, folders| Answer {
                folders,
                ..answer(stack, world, ask)
            }),
            Vec::new(),
        ),
        // A plan stands for the stack that it is a plan of, so that all stacks are kept until the plans are read.
        false => {
            let stacks = of_roots(found.folders, world, &|stack, _| stack);
            let (stacks, failed) = with_plans(stacks, &found.plans);
            let stacks = stacks.into_par_iter();
            (
                stacks.map(|stack| answer(stack, world, ask)).collect(),
                failed,
            )
        }
    });
    match of_terraform {
        Ok((answers, failed)) => {
            out.stacks.extend(answers);
            out.diagnostics.extend(failed);
        }
        Err(fault) => {
            let place = first.unwrap_or(Span::nowhere());
            out.diagnostics.push(internal_error(place, &fault));
        }
    }
    let of_templates = each_in_turn(&found.templates, |file| {
        guarded(|| answer(template_stack(file, world), world, ask))
            .map_err(|fault| internal_error(start(file), &fault))
    });
    for made in of_templates {
        match made {
            Ok(answer) => out.stacks.push(answer),
            Err(diagnostic) => out.diagnostics.push(diagnostic),
        }
    }
    out
}

/// Asks a stack and lets go of it.
fn answer<T: Default>(
    mut stack: Stack,
    world: &World<'_>,
    ask: &(dyn Fn(&Stack, Graph) -> T + Sync),
) -> Answer<T> {
    let said = guarded(|| ask(&stack, graph::build(&stack, Catalog::builtin())));
    let said = said.unwrap_or_else(|fault| {
        let first = stack.resources.first();
        let span = first.map_or(Span::nowhere(), |resource| resource.header);
        stack.diagnostics.push(internal_error(span, &fault));
        T::default()
    });
    let nests = match stack.language {
        Language::CloudFormation => nests(&stack, world.sources),
        Language::Terraform => BTreeSet::new(),
    };
    Answer {
        resources: stack.resources.len(),
        name: stack.name,
        language: stack.language,
        missing: stack.missing,
        diagnostics: stack.diagnostics,
        said,
        nests,
        folders: BTreeSet::new(),
    }
}

/// The templates that a template nests, by their shown paths.
fn nests(stack: &Stack, sources: &SourceMap) -> BTreeSet<EcoString> {
    let inner = stack.resources.iter();
    let inner = inner.filter(|resource| !resource.address.module.is_empty());
    inner
        .map(|resource| sources.get(resource.span.source).path.as_ref().into())
        .collect()
}

/// Reads the plans; each takes the place of the stack that it is a plan of.
fn with_plans(mut stacks: Vec<Stack>, plans: &[Plan]) -> (Vec<Stack>, Vec<Diagnostic>) {
    let (mut read, mut failed) = (Vec::new(), Vec::new());
    for Plan { file, named } in plans {
        match guarded(|| terraform::plan::read(file, &stacks, *named)) {
            Ok(Ok(plan)) => read.push(plan),
            Ok(Err(said)) => failed.extend(said),
            Err(fault) => failed.push(internal_error(start(file), &fault)),
        }
    }
    let replaced: BTreeSet<EcoString> = read
        .iter()
        .filter_map(|plan| plan.replaces.clone())
        .collect();
    stacks.retain(|stack| !replaced.contains(&stack.name));
    stacks.extend(read.into_iter().map(|plan| plan.stack));
    (stacks, failed)
}

impl<T> Answers<T> {
    /// The templates that another template nests: they are judged as part of that stack, with the parameters it passes.
    /// Templates that nest each other are not among them.
    pub(super) fn nested(&self) -> BTreeSet<EcoString> {
        let templates = self.stacks.iter();
        let templates = templates.filter(|stack| stack.language == Language::CloudFormation);
        let nests: std::collections::BTreeMap<&EcoString, &BTreeSet<EcoString>> =
            templates.map(|stack| (&stack.name, &stack.nests)).collect();
        let inner = nests
            .iter()
            .flat_map(|(outer, inner)| inner.iter().map(move |name| (*outer, name)))
            .filter(|(outer, name)| {
                outer != name && !nests.get(name).is_some_and(|back| back.contains(*outer))
            })
            .map(|(_, name)| name.clone());
        inner.collect()
    }
}

fn template_stack(file: &Arc<SourceFile>, world: &World<'_>) -> Stack {
    let document = yaml::parse(file);
    cloudformation::evaluate(&cloudformation::Request {
        file,
        document: &document,
        door: world.door,
        sources: world.sources,
        parameters: &world.parameters,
    })
}

fn of_roots<T: Send>(
    folders: Vec<Folder>,
    world: &World<'_>,
    then: &(dyn Fn(Stack, BTreeSet<PathBuf>) -> T + Sync),
) -> Vec<T> {
    let of = terraform::World {
        sources: world.sources,
        door: world.door,
        settings: world.settings.clone(),
    };
    terraform::each_root(folders, &of, then)
}

/// The first byte of the first file of a folder.
fn first_byte(folder: &Folder) -> Option<Span> {
    let (_, file) = folder.files.first()?;
    Some(start(file))
}

fn start(file: &SourceFile) -> Span {
    Span::new(file.id, 0, 0)
}
