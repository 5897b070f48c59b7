//! Settings over settings.

use super::Settings;
use crate::report::suppress::Level;

impl Settings {
    /// Adds what counts after this: it fills in what is not said here. What either demands is demanded; what either
    /// accepts is accepted.
    pub(super) fn over(&mut self, lower: Settings) {
        macro_rules! first {
            ($($field:ident),*) => { $( self.$field = self.$field.take().or(lower.$field); )* };
        }
        first!(
            select,
            ignore,
            fail_on,
            fail_on_undecided,
            min_severity,
            output_format,
            exclude,
            module_dir,
            var_file,
            parameters,
            fix,
            unsafe_fixes,
            baseline,
            workspace,
            var,
            rule_dir,
            templates
        );
        for (name, flag) in lower.flags {
            self.flags.entry(name).or_insert(flag);
        }
        for (name, span) in lower.places {
            self.places.entry(name).or_insert(span);
        }
        // Parameters are set one after the other: the last one counts.
        let own = std::mem::take(&mut self.rules);
        self.rules = lower.rules;
        self.rules.extend(own);
        self.paths.extend(lower.paths);
        self.names.extend(lower.names);
        let (policy, other) = (&mut self.policy, lower.policy);
        policy.entries.extend(other.entries);
        policy.levels.extend(other.levels);
        policy.forbid.extend(other.forbid);
        policy.no_inline |= other.no_inline;
        policy.no_foreign |= other.no_foreign;
        policy.require_reason |= other.require_reason;
        policy.require_expiry |= other.require_expiry;
    }

    /// Adds what a folder says of rules: it holds there, before what holds everywhere.
    pub(super) fn within(&mut self, folder: &str, own: Settings) {
        let folder = format!("{folder}/");
        self.names.extend(own.names);
        let ignored = own.ignore.into_iter().flatten().map(|name| Level {
            rules: vec![name.text],
            path: None,
            within: String::new(),
            severity: None,
        });
        let mut levels: Vec<Level> = own.policy.levels.into_iter().chain(ignored).collect();
        for level in &mut levels {
            level.within.clone_from(&folder);
        }
        self.policy.levels.splice(0..0, levels);
        for mut entry in own.policy.entries {
            entry.within.clone_from(&folder);
            self.policy.entries.push(entry);
        }
        self.policy.forbid.extend(own.policy.forbid);
    }
}
