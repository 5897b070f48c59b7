//! A module as declared: the blocks of a folder's files, indexed by name, overrides laid over what they override.

use std::path::PathBuf;
use std::sync::Arc;

use ecow::EcoString;
use rustc_hash::FxHashMap;

use super::layers::Layers;
use crate::eval::Mode;
use crate::source::{Code, Diagnostic};
use crate::syntax::hcl::{Attribute, Block, Body, ExprId, Item, Tree};

/// A node of one of the module's files.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At<T> {
    /// Index in [`Module::files`].
    pub(crate) file: u32,
    /// The node.
    pub(crate) node: T,
}

/// `resource` or `data`.
#[derive(Debug, Clone)]
pub(crate) struct ResourceBlock {
    pub(crate) mode: Mode,
    pub(crate) type_name: EcoString,
    pub(crate) name: EcoString,
    pub(crate) layers: Layers,
}

/// A block with a name: `variable`, `output`, `module`; `provider` with its alias (`aws.west`).
#[derive(Debug, Clone)]
pub(crate) struct NamedBlock {
    pub(crate) name: EcoString,
    pub(crate) layers: Layers,
}

/// Everything a folder declares.
#[derive(Debug, Default)]
pub(crate) struct Module {
    /// The folder, for finding what its calls and files name.
    pub(crate) folder: PathBuf,
    /// The folder as shown to people.
    pub(crate) shown: EcoString,
    pub(crate) files: Vec<Arc<Tree>>,
    /// Whether it has files that were not read: it may declare more than this.
    pub(crate) unread: bool,
    pub(crate) variables: Table<NamedBlock>,
    pub(crate) locals: FxHashMap<EcoString, At<Attribute>>,
    pub(crate) outputs: Table<NamedBlock>,
    pub(crate) calls: Table<NamedBlock>,
    pub(crate) resources: Vec<ResourceBlock>,
    /// By mode, type and name.
    pub(crate) resource_index: FxHashMap<(Mode, EcoString, EcoString), usize>,
    pub(crate) providers: Table<NamedBlock>,
    /// Version constraints of `required_providers`, by local name.
    pub(crate) required: FxHashMap<EcoString, EcoString>,
    /// What is wrong with the files and their declarations.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Blocks in the order of their declaration, found by name.
#[derive(Debug)]
pub(crate) struct Table<T> {
    pub(crate) rows: Vec<T>,
    index: FxHashMap<EcoString, usize>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            index: FxHashMap::default(),
        }
    }
}

impl<T> Table<T> {
    pub(crate) fn get(&self, name: &str) -> Option<&T> {
        self.position(name).map(|at| &self.rows[at])
    }

    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.index.get(name).copied()
    }

    fn insert(&mut self, name: EcoString, row: T) {
        self.index.insert(name, self.rows.len());
        self.rows.push(row);
    }
}

impl Module {
    /// How much was read for it.
    pub(crate) fn bytes(&self) -> usize {
        self.files.iter().map(|tree| tree.text.len()).sum()
    }

    /// Whether it may declare more than what is known of it.
    pub(crate) fn is_open(&self) -> bool {
        let lost = |said: &Diagnostic| said.code == Code::Syntax;
        self.unread || self.diagnostics.iter().any(lost)
    }

    /// Reads the declarations of a folder's files. `overrides` are applied in order after all of `files`.
    pub(crate) fn collect(
        folder: PathBuf,
        shown: EcoString,
        files: Vec<Arc<Tree>>,
        overrides: Vec<Arc<Tree>>,
    ) -> Self {
        let mut module = Module {
            folder,
            shown,
            ..Module::default()
        };
        let normal = files.len();
        module.files = files;
        module.files.extend(overrides);
        for file in 0..module.files.len() {
            let tree = module.files[file].clone();
            module.diagnostics.extend(tree.errors.iter().cloned());
            for item in tree.items(&tree.root) {
                match *item {
                    Item::Block(block) => {
                        let at = At {
                            file: file as u32,
                            node: tree.blocks[block as usize],
                        };
                        module.declare(&tree, at, file >= normal);
                    }
                    Item::Attribute(attribute) => {
                        module.stray(&tree, tree.attributes[attribute as usize])
                    }
                }
            }
        }
        module
    }

    /// The tree that a node is in.
    pub(crate) fn tree<T>(&self, at: &At<T>) -> &Tree {
        &self.files[at.file as usize]
    }

    fn stray(&mut self, tree: &Tree, attribute: Attribute) {
        let name = tree.slice(attribute.name);
        let message = format!("the argument `{name}` stands outside any block");
        let found = Diagnostic::new(Code::Structure, tree.span(attribute.name), message);
        self.diagnostics.push(found.help(
            "values of variables belong in a .tfvars file, other values in a `locals` block",
        ));
    }

    fn declare(&mut self, tree: &Tree, at: At<Block>, overriding: bool) {
        let block = at.node;
        let labels: Vec<EcoString> = tree
            .labels(&block)
            .iter()
            .map(|label| tree.label(label).as_ref().into())
            .collect();
        if overriding {
            self.missing_base(tree, &block, &labels);
        }
        match (tree.slice(block.name), labels.as_slice()) {
            ("resource", [type_name, name]) => {
                self.resource(tree, Mode::Managed, type_name, name, at, overriding)
            }
            ("data", [type_name, name]) => {
                self.resource(tree, Mode::Data, type_name, name, at, overriding)
            }
            ("variable", [name]) => {
                let found = named(&mut self.variables, name, at, overriding);
                self.twice(tree, "variable", name, at, found);
            }
            ("output", [name]) => {
                let found = named(&mut self.outputs, name, at, overriding);
                self.twice(tree, "output", name, at, found);
            }
            ("module", [name]) => {
                let found = named(&mut self.calls, name, at, overriding);
                self.twice(tree, "module", name, at, found);
            }
            ("provider", [name]) => {
                let alias = attribute_of(tree, &block.body, "alias")
                    .and_then(|found| constant_text(tree, found.value));
                let name =
                    alias.map_or_else(|| name.clone(), |alias| ecow::eco_format!("{name}.{alias}"));
                let found = named(&mut self.providers, &name, at, overriding);
                self.twice(tree, "provider", &name, at, found);
            }
            ("locals", []) => self.locals(tree, at, overriding),
            ("terraform", []) => self.settings(tree, &block),
            ("moved" | "removed" | "import" | "language", []) => {}
            ("check" | "ephemeral" | "provider_meta" | "action", _) => {}
            (
                known @ ("resource" | "data" | "variable" | "output" | "module" | "provider"
                | "locals" | "terraform"),
                _,
            ) => {
                let wanted = labels_wanted(known);
                let message = format!(
                    "a `{known}` block takes {wanted}, this one has {}",
                    labels.len()
                );
                self.diagnostics.push(Diagnostic::new(
                    Code::Structure,
                    tree.span(block.header),
                    message,
                ));
            }
            (other, _) => {
                let message = format!("Terraform has no block of type `{other}` here");
                self.diagnostics.push(Diagnostic::new(
                    Code::Structure,
                    tree.span(block.header),
                    message,
                ));
            }
        }
    }

    fn resource(
        &mut self,
        tree: &Tree,
        mode: Mode,
        type_name: &EcoString,
        name: &EcoString,
        at: At<Block>,
        overriding: bool,
    ) {
        let key = (mode, type_name.clone(), name.clone());
        let known = self.resource_index.get(&key).copied();
        match known {
            Some(row) if overriding => self.resources[row].layers.over.push(at),
            Some(row) => {
                let first = self.resources[row].layers.base;
                self.twice(
                    tree,
                    "resource",
                    &ecow::eco_format!("{type_name}.{name}"),
                    at,
                    Some(first),
                );
            }
            None => {
                self.resource_index.insert(key, self.resources.len());
                let layers = Layers {
                    base: at,
                    over: Vec::new(),
                };
                self.resources.push(ResourceBlock {
                    mode,
                    type_name: type_name.clone(),
                    name: name.clone(),
                    layers,
                });
            }
        }
    }

    /// Says when an override file overrides what no other file declares.
    fn missing_base(&mut self, tree: &Tree, block: &Block, labels: &[EcoString]) {
        let key = |mode, kind: &EcoString, name: &EcoString| (mode, kind.clone(), name.clone());
        let known = match (tree.slice(block.name), labels) {
            ("resource", [kind, name]) => {
                self.resource_index
                    .contains_key(&key(Mode::Managed, kind, name))
            }
            ("data", [kind, name]) => {
                self.resource_index
                    .contains_key(&key(Mode::Data, kind, name))
            }
            ("variable", [name]) => self.variables.get(name).is_some(),
            ("output", [name]) => self.outputs.get(name).is_some(),
            ("module", [name]) => self.calls.get(name).is_some(),
            _ => true,
        };
        if !known {
            let message = "this override file overrides what no other file of the module declares";
            let found = Diagnostic::new(Code::Structure, tree.span(block.header), message);
            self.diagnostics
                .push(found.help("declare it in a file whose name does not end in `_override`"));
        }
    }

    fn locals(&mut self, tree: &Tree, at: At<Block>, overriding: bool) {
        for item in tree.items(&at.node.body) {
            let Item::Attribute(index) = *item else {
                continue;
            };
            let attribute = tree.attributes[index as usize];
            let name: EcoString = tree.slice(attribute.name).into();
            let here = At {
                file: at.file,
                node: attribute,
            };
            match self.locals.get(&name) {
                Some(first) if !overriding => {
                    let first = self.tree(first).span(first.node.name);
                    let message = format!("the local value `{name}` is defined twice");
                    let found =
                        Diagnostic::new(Code::Structure, tree.span(attribute.name), message);
                    self.diagnostics
                        .push(found.related(first, "first defined here"));
                }
                _ => drop(self.locals.insert(name, here)),
            }
        }
    }

    fn settings(&mut self, tree: &Tree, block: &Block) {
        for item in tree.items(&block.body) {
            let Item::Block(index) = *item else { continue };
            let inner = tree.blocks[index as usize];
            if tree.slice(inner.name) != "required_providers" {
                continue;
            }
            for item in tree.items(&inner.body) {
                let Item::Attribute(index) = *item else {
                    continue;
                };
                let attribute = tree.attributes[index as usize];
                if let Some(version) = version_of(tree, attribute.value) {
                    self.required
                        .insert(tree.slice(attribute.name).into(), version);
                }
            }
        }
    }

    fn twice(
        &mut self,
        tree: &Tree,
        what: &str,
        name: &str,
        at: At<Block>,
        first: Option<At<Block>>,
    ) {
        let Some(first) = first else { return };
        let first = self.tree(&first).span(first.node.header);
        let message = format!(
            "{what} `{name}` is defined twice; Terraform refuses this, the first one is used here"
        );
        let found = Diagnostic::new(Code::Structure, tree.span(at.node.header), message);
        self.diagnostics
            .push(found.related(first, "first defined here"));
    }
}

/// Adds a block to a table, or lays it over the one there; gives that one when the block is a plain duplicate.
fn named(
    table: &mut Table<NamedBlock>,
    name: &EcoString,
    at: At<Block>,
    overriding: bool,
) -> Option<At<Block>> {
    match table.position(name) {
        Some(row) if overriding => {
            table.rows[row].layers.over.push(at);
            None
        }
        Some(row) => Some(table.rows[row].layers.base),
        None => {
            let layers = Layers {
                base: at,
                over: Vec::new(),
            };
            let block = NamedBlock {
                name: name.clone(),
                layers,
            };
            table.insert(name.clone(), block);
            None
        }
    }
}

fn labels_wanted(block: &str) -> &'static str {
    match block {
        "resource" | "data" => "two labels (type and name)",
        "locals" | "terraform" => "no labels",
        _ => "one label (its name)",
    }
}

/// The type a nested block makes: its name, or the label of a `dynamic` block.
pub(crate) fn nested_type<'t>(tree: &'t Tree, block: &Block) -> std::borrow::Cow<'t, str> {
    match (tree.slice(block.name), tree.labels(block)) {
        ("dynamic", [label]) => tree.label(label),
        (name, _) => name.into(),
    }
}

/// The attribute of this name in a body.
pub(crate) fn attribute_of(tree: &Tree, body: &Body, name: &str) -> Option<Attribute> {
    tree.items(body).iter().find_map(|item| match *item {
        Item::Attribute(at) if tree.slice(tree.attributes[at as usize].name) == name => {
            Some(tree.attributes[at as usize])
        }
        _ => None,
    })
}

/// The blocks in a body.
pub(crate) fn blocks_of<'t>(tree: &'t Tree, body: &Body) -> impl Iterator<Item = Block> + 't {
    tree.items(body).iter().filter_map(|item| match *item {
        Item::Block(at) => Some(tree.blocks[at as usize]),
        Item::Attribute(_) => None,
    })
}

/// The text of a string without interpolation.
pub(crate) fn constant_text(tree: &Tree, id: ExprId) -> Option<EcoString> {
    use crate::syntax::hcl::Expr;
    match tree.expr(id) {
        Expr::Literal(parts) => Some(tree.literal_text(parts).as_ref().into()),
        Expr::Paren(inner) => constant_text(tree, inner),
        _ => None,
    }
}

/// `"~> 5.0"` or `{ source = …, version = "~> 5.0" }`.
fn version_of(tree: &Tree, id: ExprId) -> Option<EcoString> {
    use crate::syntax::hcl::Expr;
    let Expr::Object(members) = tree.expr(id) else {
        return constant_text(tree, id);
    };
    tree.list(members).chunks_exact(2).find_map(|pair| {
        let key = tree.slice(tree.ranges[pair[0].0 as usize]);
        (key.trim_matches('"') == "version")
            .then(|| constant_text(tree, pair[1]))
            .flatten()
    })
}
