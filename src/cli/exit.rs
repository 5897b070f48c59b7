//! The exit statuses of all verbs: one table, in this order of weight.
//!
//! | status | meaning | weight |
//! |---|---|---|
//! | 2 | wrong usage or settings: nothing was done | heaviest |
//! | 3 | part of the input was lost: what was not read was not checked | |
//! | 1 | findings: what was asked does not hold | |
//! | 4 | undecided, where a verb or `--fail-on-undecided` asks for an answer | |
//! | 0 | it holds | lightest |

use std::process::ExitCode;

/// How a run ends. Of several, the heaviest decides: [`Exit::and`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// What was asked holds: no finding at or above the threshold, access is as stated, all is up to date.
    Clean = 0,
    /// It does not hold: findings; later also violated, blocked, stale, denied, drifted.
    Findings = 1,
    /// Wrong usage or settings: nothing was done.
    Usage = 2,
    /// Some input was lost; the rest was checked.
    Input = 3,
    /// What was asked cannot be decided from what is here, and an answer was asked for.
    Undecided = 4,
}

impl Exit {
    /// All of them, the heaviest first: who used it wrongly learns nothing else, what was not read may hold anything,
    /// and what is proven weighs more than what is open.
    pub const BY_WEIGHT: [Exit; 5] = [
        Exit::Usage,
        Exit::Input,
        Exit::Findings,
        Exit::Undecided,
        Exit::Clean,
    ];

    /// The status of a run in which both happened.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let mut both = Self::BY_WEIGHT.into_iter();
        both.find(|exit| *exit == self || *exit == other)
            .unwrap_or(self)
    }

    /// This status if something is the case, else that all is well.
    #[must_use]
    pub fn when(self, so: bool) -> Self {
        match so {
            true => self,
            false => Exit::Clean,
        }
    }

    /// The number that the shell sees.
    pub fn status(self) -> u8 {
        self as u8
    }

    /// What it means, in a few words.
    pub fn meaning(self) -> &'static str {
        match self {
            Exit::Clean => "what was asked holds",
            Exit::Findings => "findings, or what was asked does not hold",
            Exit::Usage => "wrong usage or settings; nothing was done",
            Exit::Input => "some input was lost; the rest was checked",
            Exit::Undecided => "undecided, where an answer was asked for",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit.status())
    }
}

/// The table at the end of the help of a verb.
pub(super) fn table() -> String {
    let mut all = Exit::BY_WEIGHT;
    all.sort_by_key(|exit| exit.status());
    let lines = all.map(|exit| format!("  {}  {}", exit.status(), exit.meaning()));
    format!(
        "Exit status, of several the first of 2, 3, 1, 4:\n{}",
        lines.join("\n")
    )
}

#[cfg(test)]
mod tests {
    use super::Exit;

    #[test]
    fn the_heaviest_decides_whatever_the_order() {
        let numbers = Exit::BY_WEIGHT.map(Exit::status);
        assert_eq!(numbers, [2, 3, 1, 4, 0]);
        for (nth, heavy) in Exit::BY_WEIGHT.into_iter().enumerate() {
            for light in &Exit::BY_WEIGHT[nth..] {
                assert_eq!((heavy.and(*light), light.and(heavy)), (heavy, heavy));
            }
        }
    }

    #[test]
    fn the_documentation_has_the_same_table() {
        let page = include_str!("../../docs/output.md");
        let (_, section) = page.split_once("## Exit status").expect("the section");
        for exit in Exit::BY_WEIGHT {
            let row = format!("| {} | {}", exit.status(), exit.meaning());
            assert!(section.contains(&row), "{row}");
        }
    }
}
