//! Local files beside a template: templates of nested stacks, assets of CDK, and what `AWS::Include` puts in.
//!
//! CDK uploads the template of a nested stack under its hash; which file that is stands in the metadata of the resource
//! (`aws:asset:path`; CDK Developer Guide, "Assets") and in the manifest of the stack (`<stack>.assets.json`; Cloud
//! Assembly schema, `AssetManifest`).

use std::path::Path;
use std::sync::Arc;

use ecow::EcoString;

use super::context::{Context, Place, Template};
use super::evaluator::Evaluator;
use crate::eval::{Value, budget};
use crate::source::{Closed, Code, Diagnostic, Span};
use crate::syntax::yaml::{self, Document, Kind, NodeId};

const TRANSFORM: &str = "Fn::Transform";
const INCLUDE: &str = "AWS::Include";

impl Context<'_> {
    /// The file of this name beside a template; nothing where it names no file.
    pub(super) fn find(&mut self, place: &Place, url: &str) -> Option<Result<Template, Closed>> {
        if url.contains("://") || url.is_empty() {
            return None;
        }
        let url = url.replace('\\', "/");
        let path = place.folder().join(&url);
        let path = self.door.scope().absolute(&path);
        if let Some(known) = self.templates.get(&path) {
            return Some(known.clone());
        }
        let template = self.load(&path);
        self.templates.insert(path, template.clone());
        Some(template)
    }

    fn load(&mut self, path: &Path) -> Result<Template, Closed> {
        let bytes = self.door.read(path)?;
        let shown = self.door.scope().shown(path);
        let (file, problem) = self.sources.add_file(path, &shown, bytes);
        let document = yaml::parse(&file);
        self.diagnostics.extend(problem);
        self.diagnostics.extend(document.errors.iter().cloned());
        self.grant(document.nodes.len());
        budget::grant(file.text.len());
        Ok(Arc::new((file, document)))
    }

    /// Says why a file that lies beside a template is not read. What is not there (it may be built, or packaged from
    /// elsewhere) is no fault of the template; a nested one is named at the end of the run, as what lies elsewhere is.
    pub(super) fn say_closed(&mut self, url: &str, span: Span, closed: &Closed) {
        let said = match closed {
            Closed::Missing => return,
            Closed::Outside => Diagnostic::new(
                Code::Outside,
                span,
                format!("the template `{url}` lies outside of the folders that are read"),
            )
            .help("run the tool on a folder that holds both templates"),
            closed => Diagnostic::new(
                closed.code(),
                span,
                format!("the template `{url}` could not be read: {closed}"),
            ),
        };
        self.error(said);
    }

    /// A text written at a place, as a tree: with the bytes of each node where the text is written there as it reads, line
    /// by line, else all at the place.
    pub(super) fn inside(&self, text: &str, span: Span) -> (Document, Arc<str>) {
        let file = self.sources.get(span.source);
        // The text of the whole file is gone through for each.
        budget::work(file.text.len() + text.len());
        let written = file.text.get(span.start as usize..span.end as usize);
        let same = |written: &str| {
            let lines = |text: &str| {
                text.lines()
                    .map(|line| line.trim().to_owned())
                    .collect::<Vec<_>>()
            };
            lines(written.trim()) == lines(text.trim())
        };
        if written.is_some_and(same) {
            let alone = file.only(span);
            let document = yaml::parse(&alone);
            return (document, alone.text.clone());
        }
        let alone = file.replaced(text);
        (yaml::parse(&alone).placed_at(span), alone.text.clone())
    }

    /// The document with what `AWS::Include` puts in from local files; nothing where it includes none.
    pub(super) fn included(&mut self, document: &Document, place: &Place) -> Option<Document> {
        let mut whole: Option<Document> = None;
        for id in (0..document.nodes.len() as u32).map(NodeId) {
            let Some((location, instead, span)) = include_at(document, id) else {
                continue;
            };
            match self.find(place, location) {
                Some(Ok(template)) if template.0.at != place.path => {
                    let own = whole.get_or_insert_with(|| document.clone());
                    own.graft(id, instead, &template.1);
                }
                Some(Err(closed)) => self.say_closed(location, span, &closed),
                _ => {}
            }
        }
        whole
    }
}

/// The file that a node includes, the member of it that says so, and where the file is named.
fn include_at(document: &Document, id: NodeId) -> Option<(&EcoString, &'static str, Span)> {
    if !matches!(document.node(id).kind, Kind::Mapping(_)) {
        return None;
    }
    let (call, instead) = if document.node(id).tag == "!Transform" {
        (id, "")
    } else if let Some(pair) = document.get(id, TRANSFORM) {
        (pair.value, TRANSFORM)
    } else if document.root == Some(id) {
        (document.get(id, "Transform")?.value, "Transform")
    } else {
        return None;
    };
    let name = document.get(call, "Name")?;
    let parameters = document.get(call, "Parameters")?;
    let location = document.get(parameters.value, "Location")?;
    let is_include = document
        .text(name.value)
        .is_some_and(|name| name == INCLUDE);
    let span = document.span(location.value);
    let location = document.text(location.value).filter(|_| is_include)?;
    Some((location, instead, span))
}

impl Evaluator<'_, '_> {
    /// The file that CDK uploads as the template of a nested stack.
    pub(super) fn asset(
        &mut self,
        id: &EcoString,
        property: &str,
        location: &Value,
    ) -> Option<EcoString> {
        let node = self.resources.get(id)?.item.node;
        let document = self.document;
        let text = |key: &str| {
            let metadata = document.get(node, "Metadata")?.value;
            document.text(document.get(metadata, key)?.value)
        };
        if text("aws:asset:property").is_none_or(|own| own == property)
            && let Some(path) = text("aws:asset:path")
        {
            return Some(path.clone());
        }
        let end = location.known_end();
        let (_, object) = end.rsplit_once('/')?;
        let own = self.place.path.file_name()?.to_str()?;
        let (stack, _) = own.split_once(".template.")?;
        let manifest = format!("{stack}.assets.json");
        let manifest = self.context.find(&self.place, &manifest)?.ok()?;
        asset_of(&manifest.1, object)
    }
}

/// The file that a manifest of CDK uploads under a name.
fn asset_of(manifest: &Document, object: &str) -> Option<EcoString> {
    let files = manifest.get(manifest.root?, "files")?.value;
    let is_it = |file: NodeId| {
        let destinations = manifest.get(file, "destinations").map(|pair| pair.value);
        let mut keys = destinations
            .iter()
            .flat_map(|all| manifest.pairs(*all))
            .filter_map(|pair| manifest.text(manifest.get(pair.value, "objectKey")?.value));
        keys.any(|key| key.rsplit('/').next() == Some(object))
    };
    let mut files = manifest.pairs(files).iter().map(|pair| pair.value);
    let file = files.find(|file| is_it(*file))?;
    let source = manifest.get(file, "source")?.value;
    manifest.text(manifest.get(source, "path")?.value).cloned()
}
