#!/usr/bin/env python3
"""Latency of a language server while somebody types: python3 benches/lsp.py FOLDER FILE [--server 'distrust lsp'].

Opens FILE (below FOLDER), types a block at its end letter by letter, takes it away again, and prints how long it took
until the server showed diagnostics of that version, the times in milliseconds, and the most memory it held. A server
that says nothing new about a version is asked for the actions at its end, which it answers when it has looked.
"""
import argparse, json, os, shlex, statistics, subprocess, sys, threading, time, queue

BLOCKS = {
    ".tf": '\nresource "aws_db_instance" "typed" {\n  engine              = "postgres"\n  publicly_accessible = true\n  storage_encrypted   = false\n}\n',
    ".yaml": "  Typed:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      Engine: postgres\n      PubliclyAccessible: true\n",
}


class Server:
    def __init__(self, command, folder):
        self.process = subprocess.Popen(shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.inbox, self.next, self.peak = queue.Queue(), 0, 0
        threading.Thread(target=self.read, daemon=True).start()
        uri = "file://" + folder
        capabilities = {"textDocument": {"publishDiagnostics": {"versionSupport": True}}}
        self.ask("initialize", {"processId": os.getpid(), "rootUri": uri, "capabilities": capabilities,
                                "workspaceFolders": [{"uri": uri, "name": "w"}]})
        self.tell("initialized", {})

    def read(self):
        out = self.process.stdout
        while True:
            length = 0
            while (line := out.readline().strip()):
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            if not length:
                return self.inbox.put(None)
            self.inbox.put((time.perf_counter(), json.loads(out.read(length))))

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def tell(self, method, params):
        self.send({"method": method, "params": params})

    def ask(self, method, params):
        """Asks, waits for the answer, and tells when it came."""
        self.next += 1
        self.send({"id": self.next, "method": method, "params": params})
        while (got := self.inbox.get(timeout=300)) is not None:
            at, message = got
            if "method" in message and "id" in message:
                self.send({"id": message["id"], "result": None})
            elif message.get("id") == self.next:
                return at
        sys.exit("the server has ended")

    def memory(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            for line in status:
                if line.startswith("VmHWM"):
                    self.peak = int(line.split()[1]) / 1024
        return self.peak


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("file")
    parser.add_argument("--server", default="target/release/distrust lsp")
    given = parser.parse_args()
    folder = os.path.realpath(given.folder)
    path = os.path.join(folder, given.file)
    text = open(path, encoding="utf-8").read()
    block = BLOCKS[os.path.splitext(path)[1].replace(".yml", ".yaml")]
    server, uri = Server(given.server, folder), "file://" + path
    language = "terraform" if path.endswith(".tf") else "yaml"

    def settle(line):
        place = {"line": line, "character": 0}
        return server.ask("textDocument/codeAction", {"textDocument": {"uri": uri}, "context": {"diagnostics": []},
                                                      "range": {"start": place, "end": place}})

    started = time.perf_counter()
    server.tell("textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": language, "version": 1, "text": text}})
    opened = settle(0) - started
    end = text.count("\n")
    states = [text + block[:at] for at in range(1, len(block) + 1)]
    states += [text + block[:at] for at in range(len(block) - 1, -1, -1)]
    times = []
    for version, state in enumerate(states, start=2):
        started = time.perf_counter()
        server.tell("textDocument/didChange", {"textDocument": {"uri": uri, "version": version},
                                               "contentChanges": [{"text": state}]})
        times.append((settle(end) - started) * 1000)
        time.sleep(0.02)
    times.sort()
    part = lambda share: times[min(len(times) - 1, int(len(times) * share))]
    print(f"opened {opened * 1000:.0f} ms; {len(times)} keystrokes: p50 {part(.5):.1f} ms, p95 {part(.95):.1f} ms, "
          f"p99 {part(.99):.1f} ms, most {times[-1]:.1f} ms, mean {statistics.mean(times):.1f} ms; peak {server.memory():.0f} MB")
    server.ask("shutdown", None)
    server.tell("exit", None)


main()
