//! `distrust` reads infrastructure as code (Terraform, OpenTofu, CloudFormation) into one resource graph and proves or
//! refutes the tenets of zero trust on it.
//!
//! # The idea
//!
//! 1. Every step is a function from values to a value: files → trees → stacks of evaluated resources → a graph each →
//!    findings → a report. Nothing is written back.
//! 2. Two languages are *compiled into* one graph in one vocabulary; no rule knows which language it is looking at.
//! 3. "Unknown" is a value with a reason. It is never false, never empty, never a pass: a verdict is proven bad, proven
//!    good, or undecided because of that reason ([`eval::Truth`], [`eval::Why`]).
//! 4. A rule says once what must hold, in one Markdown file under `rules/`; the check, the page and the test are derived
//!    from it.
//!
//! # The layers
//!
//! A file may name only layers above its own in this list; a test enforces it.
//!
//! | layer | what it is about | gives |
//! |---|---|---|
//! | [`source`] | bytes and places: files, spans, what may be read, discovery | [`source::SourceMap`], [`source::Span`], [`source::Diagnostic`] |
//! | [`syntax`] | text to one tree, always, perhaps with errors beside it: [`syntax::hcl`], [`syntax::yaml`] | trees of byte ranges |
//! | [`eval`] | trees to values: [`eval::terraform`] (modules, expressions, functions, plans), [`eval::cloudformation`] (parameters, conditions, intrinsics, SAM) | [`eval::Stack`] of [`eval::Declared`] |
//! | [`catalog`] | the vocabulary: kinds, attributes, how each language spells them, satellites, defaults | [`catalog::Catalog`] |
//! | [`graph`] | resources and edges in the vocabulary; satellites joined to what they belong to | [`graph::Graph`] |
//! | [`policy`] | who may do what: IAM documents, the actions of AWS, what is granted and to whom | [`policy::Document`], [`policy::grants`], [`policy::action`] |
//! | [`network`] | who can reach whom: sets of addresses, ports and protocols, what rules let through, endpoints and routes ([`network::topology`]) | interval sets, three-valued answers |
//! | [`intent`] | one file that says which segments exist, what stands in them, who may reach and do what | [`intent::Intent`] |
//! | [`findings`] | what is said: findings, severities, labels, remedies | [`findings::Finding`] |
//! | [`rules`] | the questions: declared in files, or native; secrets in plain text ([`rules::secret`]) | findings |
//! | [`fix`] | a remedy becomes bytes: edits of one place, in every language | [`fix::Edit`] |
//! | [`report`] | what is shown: one sort, one file per output format | text, concise, JSON, SARIF |
//! | [`config`] | `distrust.toml` | settings |
//! | [`engine`] | the order of the steps: each stack is evaluated, lowered, asked and dropped | [`report::Report`] |
//! | [`lsp`] | the language server: the engine plus a clock | messages of the protocol |
//! | [`cli`] | the program | exit status |
//!
//! [`generate`] stands beside them: it names the layers up to [`intent`] that it needs, and only the command line names
//! it. It writes infrastructure from patterns under `templates/`; the command line lets the engine check what was made
//! before it is written.
//!
//! # A value
//!
//! [`eval::Value`] is data and its [`eval::Origin`]: the bytes that wrote it, and the chain of places it came through
//! (variable, assignment, module call, reference). There is no `as_bool`: one asks questions that answer with a
//! [`eval::Truth`]. Data may be unknown in part: a text is a list of known and unknown pieces, a list or map may have a
//! `rest` of members that are not known, an unknown may be known to be *among* a few values. Something of another
//! resource is a [`eval::Reference`], with its value where the configuration decides it, so that the link survives
//! whatever the value goes through. A text that was encoded from a value (`jsonencode`, a rendered policy document)
//! remembers that value, and with it the place of each member.
//!
//! Evaluation is on demand and memoised; a cycle is an unknown ([`eval::Why::Cycle`]). All recursion, all sizes and the
//! number of steps are bounded ([`eval::Why::Limit`]). Each stack has one budget of values, text, resources and steps
//! ([`eval::budget`]), and the rules about it have another; both depend on its input alone.
//!
//! # Roots
//!
//! A Terraform folder that no call in another folder names is a root; a module that some root calls is judged through
//! its callers. A template that another template nests is likewise judged as part of it. A plan in JSON takes the place
//! of the root it was made from: always when the user names it, and where it was only met on the way if every address
//! and literal of the root is in it (where only variables differ, both are judged). Reading stops at the boundary of
//! [`source::Scope`]: the repositories and folders that were named; nothing is fetched, and no dependency can open a
//! socket. A module that is not here stays unknown, but for what a call of a well-known one says in its arguments
//! (`src/eval/terraform/outlines.txt`).
//!
//! # Bad input
//!
//! Everything that cannot be read, parsed or evaluated is a [`source::Diagnostic`] at its place and costs nothing else. A
//! fault of this program while it evaluates one root or template is caught there and said.

pub mod catalog;
pub mod cli;
pub mod config;
pub mod engine;
pub mod eval;
pub mod findings;
pub mod fix;
pub mod generate;
pub mod graph;
pub mod intent;
pub mod lsp;
pub mod network;
pub mod policy;
pub mod report;
pub mod rules;
pub mod source;
pub mod syntax;
