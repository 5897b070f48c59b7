//! What the client tells: buffers, files, folders and settings that change.

use std::path::PathBuf;

use gen_lsp_types::{
    DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams, Uri,
};
use lsp_server::{ErrorCode, Notification, Request, RequestId, Response, ResponseError};
use serde_json::{Value as Json, json};

use super::document::Document;
use super::place::real;
use super::server::Server;
use super::wire::GARBAGE;
use super::work::Touched;

impl Server {
    /// Takes what the client tells.
    pub(super) fn notification(&mut self, own: Notification) {
        let Notification { method, params } = own;
        let done = match method.as_str() {
            "textDocument/didOpen" => {
                serde_json::from_value(params).map(|params| self.opened(params))
            }
            "textDocument/didChange" => {
                serde_json::from_value(params).map(|params| self.changed(params))
            }
            "textDocument/didClose" => {
                serde_json::from_value(params).map(|params| self.closed(params))
            }
            "workspace/didChangeWatchedFiles" => {
                self.check_after(touched(&params));
                Ok(())
            }
            // A file that nobody watches may have changed with the one that is saved.
            "textDocument/didSave" if !self.client.watches => {
                self.check_after(Touched {
                    all: true,
                    ..Touched::default()
                });
                Ok(())
            }
            "workspace/didChangeWorkspaceFolders" => {
                self.moved(&params);
                Ok(())
            }
            "workspace/didChangeConfiguration" => {
                match self.client.has_settings {
                    true => self.ask_settings(),
                    false => {
                        self.settings(params.pointer("/settings/distrust").unwrap_or(&Json::Null))
                    }
                }
                Ok(())
            }
            "$/cancelRequest" => {
                self.cancelled(&params);
                Ok(())
            }
            GARBAGE => {
                let why = params["why"].as_str().unwrap_or_default();
                self.log(&format!("a message was passed over: {why}"));
                Ok(())
            }
            _ => Ok(()),
        };
        if let Err(error) = done {
            self.log(&format!("{method} is not understood: {error}"));
        }
    }

    fn opened(&mut self, params: DidOpenTextDocumentParams) {
        let own = params.text_document;
        if let Some(path) = real(&own.uri) {
            let document = Document {
                version: own.version,
                text: own.text,
            };
            self.open.insert(path, document);
            self.check();
        }
    }

    fn changed(&mut self, params: DidChangeTextDocumentParams) {
        let encoding = self.client.encoding;
        let path = real(&params.text_document.text_document_identifier.uri);
        if let Some(document) = path.and_then(|path| self.open.get_mut(&path)) {
            document.version = params.text_document.version;
            document.change(params.content_changes, encoding);
            self.check();
        }
    }

    fn closed(&mut self, params: DidCloseTextDocumentParams) {
        if let Some(path) = real(&params.text_document.uri) {
            self.open.remove(&path);
            if !self.client.wishes.whole {
                self.show(path, Vec::new());
            }
            self.check();
        }
    }

    fn moved(&mut self, params: &Json) {
        let paths = |name: &str| -> Vec<PathBuf> {
            let all = params
                .pointer(&format!("/event/{name}"))
                .and_then(Json::as_array);
            let uris = all
                .into_iter()
                .flatten()
                .filter_map(|own| own.get("uri")?.as_str());
            uris.filter_map(|own| real(&Uri(own.to_owned()))).collect()
        };
        let removed = paths("removed");
        self.folders.retain(|folder| !removed.contains(folder));
        self.folders.extend(paths("added"));
        self.folders.sort();
        self.folders.dedup_by(|later, kept| later.starts_with(kept));
        self.check();
    }

    /// Takes the settings of the editor, and shows what they ask for.
    pub(super) fn settings(&mut self, own: &Json) {
        let before = self.client.wishes;
        self.client.wishes = before.changed(own);
        if self.client.wishes != before {
            self.publish();
        }
    }

    /// A request that nobody waits for any more.
    fn cancelled(&mut self, params: &Json) {
        let id = match params.get("id") {
            Some(Json::Number(number)) => number
                .as_i64()
                .and_then(|id| i32::try_from(id).ok())
                .map(RequestId::from),
            Some(Json::String(text)) => Some(RequestId::from(text.clone())),
            _ => None,
        };
        let at = self
            .waiting
            .iter()
            .position(|own| Some(&own.id) == id.as_ref());
        if let Some(at) = at {
            let request = self.waiting.remove(at);
            let code = ErrorCode::RequestCanceled as i32;
            self.send(Response::new_err(request.id, code, "cancelled".to_owned()));
        }
    }

    /// Lets go of the requests for diagnostics of a text that has changed since: their client asks again.
    pub(super) fn let_go(&mut self) {
        let is_pull = |own: &Request| own.method.ends_with("/diagnostic");
        let all = std::mem::take(&mut self.waiting).into_iter();
        let (pulls, others): (Vec<Request>, Vec<Request>) = all.partition(is_pull);
        self.waiting = others;
        for Request { id, .. } in pulls {
            let error = ResponseError {
                code: ErrorCode::ServerCancelled as i32,
                message: "the text has changed".into(),
                data: Some(json!({ "retriggerRequest": true })),
            };
            let response_result = Err(error);
            self.send(Response {
                id,
                response_result,
            });
        }
    }
}

/// What a client that watches files says of them: some have another text, or they came and went.
fn touched(params: &Json) -> Touched {
    let changes = params.get("changes").and_then(Json::as_array);
    let mut out = Touched::default();
    for change in changes.into_iter().flatten() {
        let uri = change.get("uri").and_then(Json::as_str);
        match (
            uri.and_then(|uri| real(&Uri(uri.to_owned()))),
            change.get("type").and_then(Json::as_u64),
        ) {
            // FileChangeType: 2 is `Changed`.
            (Some(path), Some(2)) => drop(out.files.insert(path)),
            _ => out.all = true,
        }
    }
    // Who says that something has changed, and not what, means everything.
    out.all |= out.files.is_empty();
    out
}
