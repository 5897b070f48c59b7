"""Speaks with the server as three kinds of client do, and reads every message of it strictly: strict.py PROGRAM FOLDER.

`lsprotocol` (Microsoft's types, made from the protocol's own model) refuses what is not of the protocol; beyond that no
message may have a member that its type does not have.
"""
import json, subprocess, sys
from pathlib import Path

import attrs
from lsprotocol import converters, types

converter = converters.get_converter()

CLIENTS = {
    "least": {},
    "pushed": {
        "general": {"positionEncodings": ["utf-8", "utf-16"]},
        "window": {"workDoneProgress": True},
        "workspace": {"configuration": True, "didChangeWatchedFiles": {"dynamicRegistration": True},
                      "didChangeConfiguration": {"dynamicRegistration": True}},
        "textDocument": {"publishDiagnostics": {"relatedInformation": True, "versionSupport": True}},
    },
    "pulled": {
        "workspace": {"diagnostics": {"refreshSupport": True}},
        "textDocument": {"diagnostic": {"dynamicRegistration": False},
                         "codeAction": {"dataSupport": True, "resolveSupport": {"properties": ["edit"]}}},
    },
}


def members(value, kind):
    """Fails where an object has members that its type does not know."""
    if isinstance(value, dict) and attrs.has(kind):
        again = converter.unstructure(converter.structure(value, kind))
        missing = {name for name, own in value.items() if own is not None and name not in again}
        assert not missing, f"{kind.__name__} has no {missing}: {value}"


class Client:
    def __init__(self, program, folder, capabilities):
        self.process = subprocess.Popen([program, "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.next, self.asked, self.seen = 0, {}, []
        uri = folder.as_uri()
        self.ask("initialize", {"processId": None, "rootUri": uri, "capabilities": capabilities,
                                "workspaceFolders": [{"uri": uri, "name": "w"}],
                                "initializationOptions": {"diagnosticMode": "workspace", "minSeverity": "info", "explains": True}})
        self.tell("initialized", {})

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def tell(self, method, params):
        self.send({"method": method, "params": params})

    def receive(self):
        out, length = self.process.stdout, 0
        while line := out.readline().strip():
            name, _, value = line.partition(b":")
            assert name.lower() in (b"content-length", b"content-type"), line
            length = int(value) if name.lower() == b"content-length" else length
        message = json.loads(out.read(length))
        self.strictly(message)
        return message

    def strictly(self, message):
        assert message.pop("jsonrpc") == "2.0"
        if "method" in message:
            kind, _, params, _ = types.METHOD_TO_TYPES[message["method"]]
            self.seen.append(message["method"])
            converter.structure({"jsonrpc": "2.0", **message}, kind)
            members(message.get("params"), params) if params else None
        else:
            _, kind, _, _ = types.METHOD_TO_TYPES[self.asked[message["id"]]]
            if "error" in message:
                raise AssertionError(f"{self.asked[message['id']]}: {message['error']}")
            converter.structure({"jsonrpc": "2.0", **message}, kind)

    def ask(self, method, params):
        self.next += 1
        self.asked[self.next] = method
        self.send({"id": self.next, "method": method, "params": params})
        while True:
            message = self.receive()
            if "method" in message and "id" in message:
                result = [{"minSeverity": "info"}] if message["method"] == "workspace/configuration" else None
                self.send({"id": message["id"], "result": result})
            elif message.get("id") == self.next and "method" not in message:
                return message["result"]


def converse(program, folder, capabilities):
    client = Client(program, folder, capabilities)
    for path in sorted(folder.rglob("*")):
        if path.suffix not in (".tf", ".yaml", ".json"):
            continue
        uri, text = path.as_uri(), path.read_text(encoding="utf-8")
        document = {"uri": uri}
        client.tell("textDocument/didOpen", {"textDocument": {**document, "languageId": "terraform", "version": 1, "text": text}})
        for version, state in enumerate([text[: len(text) // 2], text], start=2):
            client.tell("textDocument/didChange", {"textDocument": {**document, "version": version}, "contentChanges": [{"text": state}]})
        for line in range(text.count("\n") + 1):
            place = {"line": line, "character": 3}
            at = {"textDocument": document, "range": {"start": place, "end": place}, "context": {"diagnostics": []}}
            for action in client.ask("textDocument/codeAction", at):
                if "data" in action:
                    whole = client.ask("codeAction/resolve", action)
                    assert "edit" in whole, whole
                if "command" in action:
                    client.ask("workspace/executeCommand", {k: action["command"][k] for k in ("command", "arguments")})
            client.ask("textDocument/hover", {"textDocument": document, "position": place})
        client.ask("textDocument/documentLink", {"textDocument": document})
        if "diagnostic" in capabilities.get("textDocument", {}):
            first = client.ask("textDocument/diagnostic", {"textDocument": document})
            again = client.ask("textDocument/diagnostic", {"textDocument": document, "previousResultId": first["resultId"]})
            assert again["kind"] == "unchanged", again
            client.ask("workspace/diagnostic", {"previousResultIds": []})
        client.tell("textDocument/didClose", {"textDocument": document})
    client.ask("shutdown", None)
    client.tell("exit", None)
    assert client.process.wait(timeout=60) == 0
    return client.seen


def main():
    program, folder = sys.argv[1], Path(sys.argv[2]).resolve()
    for name, capabilities in CLIENTS.items():
        seen = converse(program, folder, capabilities)
        shown = "textDocument/publishDiagnostics" in seen
        assert shown != (name == "pulled"), (name, set(seen))
        print(name, len(seen), sorted(set(seen)))


main()
