//! What the client asks.

use std::path::{Path, PathBuf};

use gen_lsp_types::{
    CodeAction, CodeActionParams, Contents, DocumentLink, DocumentLinkParams, Hover, HoverParams,
    MarkupContent, MarkupKind,
};
use lsp_server::{ErrorCode, Request, Response};
use serde_json::{Value as Json, json};

use super::act::{self, Open};
use super::document::{Document, offset};
use super::place::real;
use super::server::Server;
use super::word;
use super::work::Answer;

/// Why there is no answer: its code in the protocol, and a sentence.
type Refused = (ErrorCode, String);

impl Server {
    /// Answers a request, now or when the buffers have been checked.
    pub(super) fn request(&mut self, request: Request) {
        let of_a_check = matches!(
            request.method.as_str(),
            "textDocument/codeAction"
                | "textDocument/hover"
                | "textDocument/diagnostic"
                | "workspace/diagnostic"
        );
        if of_a_check && self.current().is_none() {
            self.waiting.push(request);
            return;
        }
        let Request { id, method, params } = request;
        let answer = match method.as_str() {
            "textDocument/codeAction" => understood(params).map(|params| self.actions(&params)),
            "codeAction/resolve" => understood(params).and_then(|action| self.resolved(action)),
            "textDocument/hover" => understood(params).map(|params| self.hover(&params)),
            "textDocument/documentLink" => understood(params).map(|params| self.links(&params)),
            "textDocument/diagnostic" => understood(params).map(|params| self.pulled(&params)),
            "workspace/diagnostic" => {
                understood(params).map(|params| self.pulled_everywhere(&params))
            }
            "workspace/executeCommand" => self.explained(&params),
            _ => Err((
                ErrorCode::MethodNotFound,
                format!("there is no {method} here"),
            )),
        };
        self.send(match answer {
            Ok(result) => Response::new_ok(id, result),
            Err((code, why)) => Response::new_err(id, code as i32, why),
        });
    }

    /// The open text of a file, and what is known of the buffers.
    fn open(&self, path: Option<PathBuf>) -> Option<(&Answer, PathBuf, &Document)> {
        let (answer, path) = (self.current()?, path?);
        let document = self.open.get(&path)?;
        Some((answer, path, document))
    }

    fn actions(&self, params: &CodeActionParams) -> Json {
        let path = real(&params.text_document.uri);
        let Some((answer, path, document)) = self.open(path) else {
            return json!([]);
        };
        let encoding = self.client.encoding;
        let from = offset(&document.text, params.range.start, encoding);
        let to = offset(&document.text, params.range.end, encoding);
        // Nobody puts the cursor into the very word: without a selection, what stands on the line is meant.
        let (from, to) = match from == to {
            true => word::line(&document.text, from),
            false => (from, to),
        };
        let only = params.context.only.as_ref();
        let wanted = |kind: &str| {
            only.is_none_or(|only| {
                let mut only = only.iter().map(|own| json!(own));
                only.any(|own| act::is_below(kind, own.as_str().unwrap_or_default()))
            })
        };
        let mut actions: Vec<CodeAction> = Vec::new();
        for (at, checked) in answer.checked.iter().enumerate() {
            let open = Open {
                checked,
                versions: &answer.versions,
                encoding,
            };
            actions.extend(open.actions(&path, from, to, &wanted, self.client.explains).map(|mut own| {
                if self.client.resolves && own.edit.is_some() {
                    own.data = Some(json!({ "of": answer.generation, "folder": at, "file": path, "from": from, "to": to }));
                    own.edit = None;
                }
                own
            }));
        }
        json!(actions)
    }

    /// An action with its edit: made again from what it was made of, if that is still so.
    fn resolved(&self, mut action: CodeAction) -> Result<Json, Refused> {
        let stale = || {
            (
                ErrorCode::ContentModified,
                "the text has changed since".to_owned(),
            )
        };
        let data = action.data.clone().unwrap_or_default();
        let number = |name: &str| data[name].as_u64().map(|number| number as usize);
        let answer = self
            .current()
            .filter(|answer| data["of"] == answer.generation);
        let answer = answer.ok_or_else(stale)?;
        let (Some(at), Some(from), Some(to), Some(file)) = (
            number("folder"),
            number("from"),
            number("to"),
            data["file"].as_str(),
        ) else {
            return Err((
                ErrorCode::InvalidParams,
                "this action is not from here".into(),
            ));
        };
        let checked = answer.checked.get(at).ok_or_else(stale)?;
        let open = Open {
            checked,
            versions: &answer.versions,
            encoding: self.client.encoding,
        };
        let mut again = open.actions(Path::new(file), from, to, &|_| true, false);
        let same =
            again.find(|own| own.title == action.title && own.diagnostics == action.diagnostics);
        action.edit = same.ok_or_else(stale)?.edit;
        Ok(json!(action))
    }

    fn hover(&self, params: &HoverParams) -> Json {
        let place = &params.text_document_position_params;
        let path = real(&place.text_document.uri);
        let Some((answer, path, document)) = self.open(path) else {
            return Json::Null;
        };
        let at = offset(&document.text, place.position, self.client.encoding);
        let mut pages: Vec<String> = Vec::new();
        for checked in &answer.checked {
            for finding in act::at(checked, &path, at, at) {
                let rule = checked.rules.iter().find(|rule| rule.id == finding.rule);
                let known = finding
                    .exposure
                    .as_ref()
                    .map(|own| format!("**Exposure**: {}\n\n", own.sentence()));
                pages.extend(
                    rule.map(|rule| format!("{}{}", known.unwrap_or_default(), rule.help_markdown)),
                );
            }
        }
        let word = word::at(&document.text, at).and_then(word::page);
        pages.extend(word);
        pages.dedup();
        if pages.is_empty() {
            return Json::Null;
        }
        json!(Hover {
            contents: Contents::MarkupContent(MarkupContent {
                kind: MarkupKind::Markdown,
                value: pages.join("\n---\n"),
            }),
            range: None,
        })
    }

    /// Links from the ids of rules that a text names to their pages.
    fn links(&self, params: &DocumentLinkParams) -> Json {
        let document = real(&params.text_document.uri).and_then(|path| self.open.get(&path));
        let links = document.into_iter().flat_map(|document| {
            let named = word::all(&document.text);
            named.map(|(start, end, url)| DocumentLink {
                range: document.range(start, end, self.client.encoding),
                target: Some(url.as_str().into()),
                tooltip: None,
                data: None,
            })
        });
        json!(links.collect::<Vec<_>>())
    }

    /// The page of a rule, for clients that show it in a way of their own.
    fn explained(&self, params: &Json) -> Result<Json, Refused> {
        if params["command"] != act::EXPLAIN {
            let why = format!("there is no command {} here", params["command"]);
            return Err((ErrorCode::InvalidParams, why));
        }
        let id = params["arguments"][0].as_str().unwrap_or_default();
        let page = word::page(id)
            .ok_or_else(|| (ErrorCode::InvalidParams, format!("there is no rule {id:?}")))?;
        Ok(json!(page))
    }
}

fn understood<T: serde::de::DeserializeOwned>(params: Json) -> Result<T, Refused> {
    serde_json::from_value(params).map_err(|error| (ErrorCode::InvalidParams, error.to_string()))
}
