// The language server of distrust in Visual Studio Code: starts it, shows its state, shows the pages of rules.

import { existsSync } from "node:fs";
import { join } from "node:path";
import * as vscode from "vscode";
import { LanguageClient, State, TransportKind } from "vscode-languageclient/node";
import type { LanguageClientOptions, ServerOptions } from "vscode-languageclient/node";

/** Languages that these files are given by this editor and by extensions for them. What a file is, its content decides. */
const LANGUAGES = [
  "terraform", "terraform-vars", "terraform-stack", "opentofu", "opentofu-vars", "hcl",
  "cloudformation", "cloudformation-yaml", "cloudformation-json", "yaml", "json", "jsonc",
];

/** The scheme of the pages of rules. */
const PAGES = "distrust-rule";

let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const log = vscode.window.createOutputChannel("distrust", { log: true });
  const selector = LANGUAGES.map((language) => ({ language, scheme: "file" }));
  const status = vscode.languages.createLanguageStatusItem("distrust", selector);
  status.name = "distrust";
  status.command = { title: "Show the log", command: "distrust.showLog" };

  const start = async (): Promise<void> => {
    await client?.stop().catch(() => undefined);
    client = make(context, log, selector);
    client.onDidChangeState(({ newState }) => {
      const running = newState === State.Running;
      status.text = running ? `distrust ${client?.initializeResult?.serverInfo?.version ?? ""}` : "distrust";
      status.detail = running ? "checks while you type" : "is not running";
      status.busy = newState === State.Starting;
      status.severity = newState === State.Stopped
        ? vscode.LanguageStatusSeverity.Error
        : vscode.LanguageStatusSeverity.Information;
    });
    try {
      await client.start();
    } catch (error) {
      const answer = await vscode.window.showErrorMessage(
        `distrust does not start: ${error instanceof Error ? error.message : String(error)}`,
        "Open settings",
      );
      if (answer !== undefined) {
        await vscode.commands.executeCommand("workbench.action.openSettings", "distrust.path");
      }
    }
  };

  context.subscriptions.push(
    log,
    status,
    vscode.commands.registerCommand("distrust.restart", start),
    vscode.commands.registerCommand("distrust.showLog", () => { log.show(); }),
    vscode.commands.registerCommand("distrust.fixAll", () =>
      vscode.commands.executeCommand("editor.action.sourceAction", { kind: "source.fixAll.distrust", apply: "first" })),
    vscode.workspace.registerTextDocumentContentProvider(PAGES, {
      provideTextDocumentContent: (page) => client?.sendRequest<string>("workspace/executeCommand", {
        command: "distrust.explain",
        arguments: [page.path.replace(/\.md$/, "")],
      }),
    }),
    vscode.workspace.onDidChangeConfiguration(async (change) => {
      if (change.affectsConfiguration("distrust.path")) {
        await start();
      }
    }),
  );
  await start();
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}

function make(
  context: vscode.ExtensionContext,
  log: vscode.LogOutputChannel,
  documentSelector: LanguageClientOptions["documentSelector"],
): LanguageClient {
  const settings = vscode.workspace.getConfiguration("distrust");
  const command = program(context, settings.get<string>("path", ""));
  log.info(`starts ${command}`);
  const server: ServerOptions = { command, args: ["lsp"], transport: TransportKind.stdio };
  return new LanguageClient("distrust", "distrust", server, {
    documentSelector,
    outputChannel: log,
    initializationOptions: {
      diagnosticMode: settings.get<string>("diagnosticMode"),
      minSeverity: settings.get<string>("minSeverity"),
      explains: true,
    },
    middleware: {
      // The page of a rule is shown here; the server only knows its text.
      executeCommand: async (name, parameters, next) => {
        if (name !== "distrust.explain") {
          return next(name, parameters);
        }
        const page = vscode.Uri.from({ scheme: PAGES, path: `${String(parameters[0])}.md` });
        return vscode.commands.executeCommand("markdown.showPreview", page);
      },
    },
  });
}

/** The program: what the settings name, what comes with the extension, what is on the path. */
function program(context: vscode.ExtensionContext, named: string): string {
  if (named !== "") {
    return named;
  }
  const name = process.platform === "win32" ? "distrust.exe" : "distrust";
  const bundled = join(context.extensionPath, "server", name);
  return existsSync(bundled) ? bundled : name;
}
