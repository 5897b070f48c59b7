//! Git, called: to name a commit, to list a tree, to give the bytes of an object, and for nothing else.
//!
//! The repository is not trusted. Only commands are called that read objects and the index; no filter, hook, pager, monitor
//! or helper that its configuration names is started, nothing is fetched (not even what a partial clone leaves out), and no
//! lock is taken.

use std::ffi::OsStr;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::source::ignored::REPOSITORY;
use crate::source::{Disk, Files};

/// What git is told with every call, whatever the configuration says.
const SETTINGS: [&str; 7] = [
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.sshCommand=false",
    "core.alternateRefsCommand=false",
    "protocol.allow=never",
    "safe.bareRepository=explicit",
    "submodule.recurse=false",
];

/// The environment that says which repository is meant: it is the one that the program was started in.
const LOCAL: [&str; 7] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_NAMESPACE",
];

/// Since this version git can be told to fetch nothing (`GIT_NO_LAZY_FETCH`).
const FETCHES_NOTHING: (u32, u32) = (2, 45);

/// Why a revision cannot be read, and what would mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreached {
    /// One sentence.
    pub message: String,
    /// The command that mends it, or what else to do.
    pub help: Option<String>,
}

impl Unreached {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
        }
    }

    pub(super) fn help(self, help: impl Into<String>) -> Self {
        Self {
            help: Some(help.into()),
            ..self
        }
    }
}

impl fmt::Display for Unreached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// A repository with a working tree.
#[derive(Debug, Clone)]
pub struct Repository {
    top: PathBuf,
    /// Whether the environment may say where it is kept: not of a submodule.
    own: bool,
    shallow: bool,
    partial: bool,
}

impl Repository {
    /// The repository that a folder lies in.
    ///
    /// # Errors
    /// There is none, git is not there, or it does not trust who owns the folder.
    pub fn around(folder: &Path) -> Result<Self, Unreached> {
        let mut above = folder.ancestors();
        let top = above.find(|folder| Disk.kind(&folder.join(REPOSITORY)).is_some());
        let top = top.ok_or_else(|| {
            Unreached::new(format!("{} lies in no repository of git", folder.display()))
        })?;
        let working = std::env::current_dir().and_then(|folder| folder.canonicalize());
        let found = Self {
            top: top.to_owned(),
            own: working.is_ok_and(|working| working.starts_with(top)),
            shallow: false,
            partial: false,
        };
        found.looked_up()
    }

    /// The repository of a submodule.
    pub(super) fn inside(folder: &Path) -> Result<Self, Unreached> {
        let found = Self {
            top: folder.to_owned(),
            own: false,
            shallow: false,
            partial: false,
        };
        found.looked_up()
    }

    fn looked_up(mut self) -> Result<Self, Unreached> {
        let folder = self.top.clone();
        let said = self.asked(&["rev-parse", "--is-shallow-repository", "--show-toplevel"])?;
        let (shallow, top) = said
            .trim_end_matches(['\n', '\r'])
            .split_once('\n')
            .ok_or_else(|| {
                Unreached::new(format!(
                    "{} is no repository with a working tree",
                    folder.display()
                ))
            })?;
        let top = Disk.canonical(Path::new(top)).map_err(|closed| {
            Unreached::new(format!("the top of the repository, {top}: {closed}"))
        })?;
        // The configuration can name any folder as the working tree.
        if folder != top {
            let message = format!(
                "the repository of {} says that its working tree is elsewhere: {}",
                folder.display(),
                top.display()
            );
            return Err(Unreached::new(message));
        }
        self.top = top;
        self.shallow = shallow.trim() == "true";
        let promised = "^(extensions\\.partialclone|remote\\..*\\.(promisor|partialclonefilter))$";
        let config = self.output(&["config", "--name-only", "--get-regexp", promised])?;
        self.partial = config.status.success() && !config.stdout.is_empty();
        if self.partial && self.version()? < FETCHES_NOTHING {
            let message =
                "this is a partial clone, and a git before 2.45 would fetch what it leaves out";
            let help =
                "git fetch --refetch --no-filter && git config --unset remote.origin.promisor";
            return Err(Unreached::new(message).help(help));
        }
        Ok(self)
    }

    /// The folder of its working tree, without links.
    pub fn top(&self) -> &Path {
        &self.top
    }

    /// The commit that a word names.
    ///
    /// # Errors
    /// There is none; with the command that gets it.
    pub fn commit(&self, word: &str) -> Result<String, Unreached> {
        let named = format!("{word}^{{commit}}");
        let output = match word.starts_with('-') || word.is_empty() {
            true => None,
            false => Some(self.output(&[
                "rev-parse",
                "--verify",
                "--quiet",
                "--end-of-options",
                &named,
            ])?),
        };
        match output.filter(|output| output.status.success()) {
            Some(output) => Ok(line(&output)),
            None => Err(self.no_revision(word)),
        }
    }

    /// The newest commit that both this one and what is checked out come from.
    ///
    /// # Errors
    /// There is none here; with the command that gets it.
    pub fn common(&self, word: &str) -> Result<String, Unreached> {
        let commit = self.commit(word)?;
        let head = self.commit("HEAD")?;
        let output = self.output(&["merge-base", &commit, &head])?;
        if output.status.success() {
            return Ok(line(&output));
        }
        let message = format!("`{word}` and what is checked out have no commit in common here");
        let unreached = Unreached::new(message);
        Err(match self.shallow {
            true => unreached.help(format!("git fetch --unshallow {}", self.remote())),
            false => unreached.help(format!("--no-merge-base compares with `{word}` itself")),
        })
    }

    /// Whether there is a commit at all.
    pub(super) fn is_born(&self) -> bool {
        let output = self.output(&["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]);
        output.is_ok_and(|output| output.status.success())
    }

    /// What mends that objects are not here.
    pub(super) fn mends_lost(&self) -> String {
        match self.partial {
            true => format!("git fetch --refetch --no-filter {}", self.remote()),
            false => "git fsck".to_owned(),
        }
    }

    fn no_revision(&self, word: &str) -> Unreached {
        let unreached = Unreached::new(format!("there is no revision `{word}` here"));
        let listed = self.asked(&["remote"]).unwrap_or_default();
        let remotes: Vec<&str> = listed.lines().collect();
        if remotes.is_empty() {
            return unreached.help("`git branch --all` and `git tag` list what there is");
        }
        let deep = if self.shallow { "--unshallow " } else { "" };
        let plain = |text: &str| {
            let known = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
            !text.is_empty() && text.chars().all(known) && !text.starts_with('-')
        };
        let tracked = remotes.iter().find_map(|remote| {
            let branch = word.strip_prefix(*remote)?.strip_prefix('/')?;
            plain(branch).then_some((*remote, branch))
        });
        let hexadecimal = word.len() >= 40 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        let remote = self.remote();
        unreached.help(match tracked {
            Some((remote, branch)) => {
                format!("git fetch {deep}{remote} +refs/heads/{branch}:refs/remotes/{remote}/{branch}")
            }
            None if hexadecimal => format!("git fetch {deep}{remote} {word}"),
            None if word.starts_with("HEAD") => format!("git fetch {deep}{remote}"),
            None if self.commit(&format!("{remote}/{word}")).is_ok_and(|_| plain(word)) => {
                format!("--since {remote}/{word}")
            }
            None if plain(word) => format!(
                "git fetch {deep}{remote} +refs/heads/{word}:refs/remotes/{remote}/{word}, then --since {remote}/{word}"
            ),
            None => format!("git fetch {deep}{remote}"),
        })
    }

    fn remote(&self) -> String {
        let listed = self.asked(&["remote"]).unwrap_or_default();
        let mut remotes: Vec<&str> = listed.lines().collect();
        remotes.sort_by_key(|name| *name != "origin");
        remotes.first().copied().unwrap_or("origin").to_owned()
    }

    fn version(&self) -> Result<(u32, u32), Unreached> {
        let said = self.asked(&["version"])?;
        let word = said.split_whitespace().nth(2).unwrap_or_default();
        let mut numbers = word.split('.').map(|part| part.parse().unwrap_or(0));
        Ok((numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)))
    }

    /// What git prints.
    pub(super) fn asked(&self, arguments: &[&str]) -> Result<String, Unreached> {
        let bytes = self.bytes(arguments)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The bytes that git prints.
    pub(super) fn bytes(&self, arguments: &[&str]) -> Result<Vec<u8>, Unreached> {
        let output = self.output(arguments)?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.trim().trim_start_matches("fatal: ");
        let first = said.lines().next().unwrap_or("git failed");
        let unreached = Unreached::new(format!("git: {first}"));
        // git itself says how the owner of a folder comes to be trusted.
        let help = said
            .lines()
            .map(str::trim)
            .find(|line| line.starts_with("git config"));
        Err(match help {
            Some(help) => unreached.help(help),
            None => unreached,
        })
    }

    fn output(&self, arguments: &[&str]) -> Result<Output, Unreached> {
        let started = self.command(arguments).stdin(Stdio::null()).output();
        started.map_err(|error| {
            Unreached::new(format!("git could not be started: {error}"))
                .help("revisions are read by git; install it")
        })
    }

    /// A call of git.
    pub(super) fn command(&self, arguments: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new("git");
        command.arg("--no-pager").arg("-C").arg(&self.top);
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        command
            .args(arguments)
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("LC_ALL", "C");
        if !self.own {
            for name in LOCAL {
                command.env_remove(name);
            }
        }
        command
    }
}

fn line(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
