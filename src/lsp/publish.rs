//! What a check came to, shown at the files it is about.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use gen_lsp_types::{
    Diagnostic, DocumentDiagnosticParams, PublishDiagnosticsParams, WorkspaceDiagnosticParams,
};
use lsp_server::Notification;
use serde_json::{Value as Json, json};

use super::place::{real, uri};
use super::say;
use super::server::Server;
use super::work::Answer;

impl Server {
    /// Takes what a check came to, and says what has changed by it.
    pub(super) fn answered(&mut self, answer: Answer) {
        self.end();
        for fault in &answer.faults {
            self.log(fault);
        }
        let current = self.is_current(&answer);
        // A folder on which this program failed keeps what was said of it before.
        if !answer.faults.is_empty() && answer.checked.is_empty() {
            return self.serve_waiting(current);
        }
        self.say_what_has_no_place(&answer);
        self.answer = Some(answer);
        self.publish();
        if self.client.pulls && current {
            self.ask("workspace/diagnostic/refresh", Json::Null);
        }
        self.serve_waiting(current);
    }

    /// Shows what the last check came to.
    pub(super) fn publish(&mut self) {
        let Some(answer) = &self.answer else { return };
        let mut all: BTreeMap<PathBuf, Vec<Diagnostic>> = BTreeMap::new();
        for checked in &answer.checked {
            let least = self.client.wishes.least;
            say::diagnostics(checked, least, self.client.encoding, &mut all);
        }
        // Of a buffer that has changed since, nothing is said: its places are no longer those.
        let stale = |path: &PathBuf| {
            let now = self.open.get(path).map(|own| own.version);
            now != answer.versions.get(path).copied()
        };
        let known: BTreeSet<PathBuf> = self.shown.keys().chain(all.keys()).cloned().collect();
        let fresh: Vec<PathBuf> = known.into_iter().filter(|path| !stale(path)).collect();
        for path in fresh {
            let wanted = self.client.wishes.whole || self.open.contains_key(&path);
            let diagnostics = all.remove(&path).filter(|_| wanted).unwrap_or_default();
            self.show(path, diagnostics);
        }
    }

    /// What stands at no file (a setting that leads nowhere) is told once.
    fn say_what_has_no_place(&mut self, answer: &Answer) {
        let all = answer.checked.iter();
        let all = all.flat_map(|checked| &checked.report.diagnostics);
        let nowhere = all.filter(|one| !one.span.is_somewhere());
        for message in nowhere.map(|one| one.message.clone()) {
            if self.told.insert(message.clone()) {
                let params = json!({ "type": 2, "message": format!("{}: {message}", say::NAME) });
                self.tell("window/showMessage", params);
            }
        }
    }

    fn serve_waiting(&mut self, current: bool) {
        if current {
            for request in std::mem::take(&mut self.waiting) {
                self.request(request);
            }
        }
    }

    /// Shows diagnostics at a file, unless they are there already.
    pub(super) fn show(&mut self, path: PathBuf, diagnostics: Vec<Diagnostic>) {
        let (number, before) = match self.shown.get(&path) {
            Some((_, before)) if *before == diagnostics => return,
            Some((number, before)) => (*number, before.is_empty()),
            None => (0, true),
        };
        if before && diagnostics.is_empty() {
            return;
        }
        if !self.client.pulls {
            let params = PublishDiagnosticsParams {
                uri: uri(&path),
                version: self.open.get(&path).map(|own| own.version),
                diagnostics: diagnostics.clone(),
            };
            self.send(Notification::new(
                "textDocument/publishDiagnostics".into(),
                params,
            ));
        }
        self.shown.insert(path, (number + 1, diagnostics));
    }

    /// The diagnostics of a file, for those who ask.
    pub(super) fn pulled(&self, params: &DocumentDiagnosticParams) -> Json {
        let path = real(&params.text_document.uri);
        self.report(path.as_ref(), params.previous_result_id.as_deref())
    }

    /// The diagnostics of all files that have some, or had some when it was asked last.
    pub(super) fn pulled_everywhere(&self, params: &WorkspaceDiagnosticParams) -> Json {
        let known = params.previous_result_ids.iter();
        let known = known.map(|own| (own.uri.0.as_str(), own.value.as_str()));
        let known: BTreeMap<&str, &str> = known.collect();
        let items = self.shown.keys().filter_map(|path| {
            let uri = uri(path);
            let known = known.get(uri.0.as_str()).copied();
            let mut item = self.report(Some(path), known);
            // Nobody has to be told that there is still nothing.
            if known.is_none() && item["items"] == json!([]) {
                return None;
            }
            item["uri"] = json!(uri);
            item["version"] = json!(self.open.get(path).map(|own| own.version));
            Some(item)
        });
        json!({ "items": items.collect::<Vec<_>>() })
    }

    fn report(&self, path: Option<&PathBuf>, known: Option<&str>) -> Json {
        let shown = path.and_then(|path| self.shown.get(path));
        let (number, items) = shown.map_or((0, &[][..]), |(number, items)| (*number, items));
        let id = number.to_string();
        match known == Some(&id) {
            true => json!({ "kind": "unchanged", "resultId": id }),
            false => json!({ "kind": "full", "resultId": id, "items": items }),
        }
    }
}
