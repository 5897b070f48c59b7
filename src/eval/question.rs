//! Questions about values, answered with a [`Truth`]. A value has no `as_bool`: the wrong thing cannot be written.

use ecow::EcoString;

use super::{
    Collection, Data, List, Map, Number, Piece, Template, Texts, Truth, Value, Why, shape,
};

impl Value {
    /// Asks `known` about the value, about every alternative of an unknown one, and agrees the answers.
    /// `known` never sees an unknown; it does see a reference without a known value.
    pub fn ask(&self, known: impl Fn(&Value) -> Truth) -> Truth {
        let value = self.resolved();
        match &value.data {
            Data::Unknown(unknown) => {
                Truth::agreed(unknown.among.iter().map(|member| known(member.resolved())))
            }
            _ => known(value),
        }
    }

    /// Whether it is null, that is, counts as absent.
    pub fn is_null(&self) -> Truth {
        // The account, the region and the name of a workspace are always something.
        if let Data::Unknown(unknown) = &self.data
            && unknown.among.is_empty()
            && matches!(unknown.why, Why::Environment(_) | Why::Pseudo(_))
        {
            return Truth::False;
        }
        self.ask(|value| match value.data {
            Data::Null => Truth::True,
            Data::Reference(ref reference) if reference.is_never_null() => Truth::False,
            Data::Reference(_) => Truth::Unknown,
            _ => Truth::False,
        })
    }

    /// Whether it is the truth value `true`, however written (`true`, `"true"`, `1` is not).
    pub fn is_true(&self) -> Truth {
        self.equals_text("true")
    }

    /// Whether it is the truth value `false`, however written.
    pub fn is_false(&self) -> Truth {
        self.equals_text("false")
    }

    /// Whether its scalar text is exactly this. Numbers and truth values are compared by their canonical text,
    /// as both languages convert them.
    pub fn equals_text(&self, text: &str) -> Truth {
        self.piecewise(
            |value| match &value.data {
                Data::Text(own) => Truth::from(own == text),
                Data::Bool(own) => Truth::from(text == if *own { "true" } else { "false" }),
                Data::Number(own) => Truth::from(own.to_string() == text),
                Data::Template(template) => template.could_be(text),
                Data::Reference(_) | Data::Unknown(_) => Truth::Unknown,
                Data::Null | Data::List(_) | Data::Map(_) => Truth::False,
            },
            || Texts::only(text),
        )
    }

    /// Asks `known` first, which looks at known pieces only; where that leaves the answer open, what the others must
    /// look like may decide.
    fn piecewise(&self, known: impl Fn(&Value) -> Truth, asked: impl Fn() -> Texts) -> Truth {
        let answer = self.ask(known);
        match &self.resolved().data {
            _ if !answer.is_unknown() => answer,
            Data::Template(template) if !shape::is_shaped(template) => answer,
            Data::Template(_) | Data::Reference(_) | Data::Unknown(_) => self.fits(&asked()),
            _ => answer,
        }
    }

    /// Whether two values are equal, structurally; scalars by their text.
    pub fn same(&self, other: &Value) -> Truth {
        other.ask(|other| self.ask(|own| same_known(own, other)))
    }

    /// Compares it as a number with another; `None` inside means it is no number.
    pub fn compare_number(
        &self,
        test: impl Fn(std::cmp::Ordering) -> bool,
        other: &Number,
    ) -> Truth {
        self.ask(|value| match &value.data {
            Data::Number(own) => Truth::from(test(own.cmp(other))),
            Data::Text(text) => {
                Number::parse(text).map_or(Truth::False, |own| Truth::from(test(own.cmp(other))))
            }
            Data::Template(template) => match &template.text {
                Some(text) => Number::parse(text)
                    .map_or(Truth::False, |own| Truth::from(test(own.cmp(other)))),
                None => Truth::Unknown,
            },
            Data::Reference(_) | Data::Unknown(_) => Truth::Unknown,
            _ => Truth::False,
        })
    }

    /// Whether its text is one of these, by all that is known of it: its pieces, and what the others must look like.
    pub fn fits(&self, asked: &Texts) -> Truth {
        self.fits_among(asked, None)
    }

    /// The same where no text can stand here but the `valid` ones.
    pub fn fits_among(&self, asked: &Texts, valid: Option<&Texts>) -> Truth {
        let own = self.resolved();
        match &own.data {
            Data::Unknown(unknown) if !unknown.among.is_empty() => {
                let members = unknown.among.iter();
                Truth::agreed(members.map(|member| member.fits_among(asked, valid)))
            }
            Data::Null | Data::List(_) | Data::Map(_) => Truth::False,
            _ => match scalar_text(own) {
                Some(text) => Truth::from(asked.has(&text)),
                None => {
                    shape::texts(own).map_or(Truth::Unknown, |texts| texts.within(asked, valid))
                }
            },
        }
    }

    /// Tests its whole text where that is known; texts with unknown pieces are unknown. Only for what no set of texts
    /// can ask ([`Value::fits`]): numbers, networks, lengths of time.
    pub fn test_text(&self, test: impl Fn(&str) -> bool) -> Truth {
        self.ask(|value| match &value.data {
            Data::Text(text) => Truth::from(test(text)),
            Data::Bool(own) => Truth::from(test(if *own { "true" } else { "false" })),
            Data::Number(own) => Truth::from(test(&own.to_string())),
            Data::Template(template) => template
                .text
                .as_ref()
                .map_or(Truth::Unknown, |text| Truth::from(test(text))),
            Data::Reference(_) | Data::Unknown(_) => Truth::Unknown,
            Data::Null | Data::List(_) | Data::Map(_) => Truth::False,
        })
    }

    /// Whether its text begins so; known pieces at the front decide.
    pub fn starts_with(&self, prefix: &str) -> Truth {
        self.piecewise(
            |value| match &value.data {
                Data::Template(template) if template.text.is_none() => template.edge(prefix, true),
                _ => value.test_text(|text| text.starts_with(prefix)),
            },
            || Texts::joined([Texts::only(prefix), Texts::all()].iter()),
        )
    }

    /// Whether its text ends so; known pieces at the end decide.
    pub fn ends_with(&self, suffix: &str) -> Truth {
        self.piecewise(
            |value| match &value.data {
                Data::Template(template) if template.text.is_none() => template.edge(suffix, false),
                _ => value.test_text(|text| text.ends_with(suffix)),
            },
            || Texts::joined([Texts::all(), Texts::only(suffix)].iter()),
        )
    }

    /// Whether its text has this somewhere; a known piece that has it is enough.
    pub fn has_text(&self, part: &str) -> Truth {
        self.piecewise(
            |value| match &value.data {
                Data::Template(template) if template.text.is_none() => {
                    let found = template.runs().any(|run| run.contains(part));
                    if found { Truth::True } else { Truth::Unknown }
                }
                _ => value.test_text(|text| text.contains(part)),
            },
            || Texts::joined([Texts::all(), Texts::only(part), Texts::all()].iter()),
        )
    }

    /// What is known of the front of its text.
    pub fn known_front(&self) -> EcoString {
        self.known_edge(true)
    }

    /// What is known of the end of its text.
    pub fn known_end(&self) -> EcoString {
        self.known_edge(false)
    }

    fn known_edge(&self, front: bool) -> EcoString {
        match &self.resolved().data {
            Data::Template(template) if template.text.is_none() => template.run_at(front).into(),
            _ => self.as_text().unwrap_or_default().into(),
        }
    }

    /// Whether it has no members or no text; null counts as empty.
    pub fn is_empty(&self) -> Truth {
        self.ask(|value| match &value.data {
            Data::Null => Truth::True,
            Data::Text(text) => Truth::from(text.is_empty()),
            Data::Template(template) => match &template.text {
                Some(text) => Truth::from(text.is_empty()),
                None if template.runs().any(|run| !run.is_empty()) => Truth::False,
                None => Truth::Unknown,
            },
            Data::List(list) => members_empty(list.items.is_empty(), list.rest.is_some()),
            Data::Map(map) => members_empty(map.entries.is_empty(), map.rest.is_some()),
            Data::Bool(_) | Data::Number(_) => Truth::False,
            Data::Reference(_) | Data::Unknown(_) => Truth::Unknown,
        })
    }
}

impl List {
    /// Whether some member satisfies `test`; members that may be there make a "no" unknown.
    pub fn any(&self, test: impl Fn(&Value) -> Truth) -> Truth {
        let known = Truth::any(self.items.iter().map(&test));
        match &self.rest {
            None => known,
            Some(rest)
                if !rest.among.is_empty()
                    && rest.among.iter().all(|member| test(member).is_false()) =>
            {
                known
            }
            Some(_) => known | Truth::Unknown,
        }
    }

    /// Whether every member satisfies `test`; members that may be there make a "yes" unknown.
    pub fn every(&self, test: impl Fn(&Value) -> Truth) -> Truth {
        !self.any(|member| !test(member))
    }
}

impl Map {
    /// Whether there is an entry under a key with a value that is not null.
    pub fn has(&self, key: &str) -> Truth {
        match (self.value(key), &self.rest) {
            (Some(value), _) => !value.is_null(),
            (None, None) => Truth::False,
            (None, Some(_)) => Truth::Unknown,
        }
    }
}

impl Template {
    /// Whether the text could be this: the known pieces at both ends refute it, all pieces known decide it.
    fn could_be(&self, text: &str) -> Truth {
        if let Some(own) = &self.text {
            return Truth::from(own == text);
        }
        if self.edge(text_head(self, text), true).is_false()
            || self.edge(text_tail(self, text), false).is_false()
        {
            return Truth::False;
        }
        let known: usize = self.runs().map(|run| run.len()).sum();
        if known > text.len() {
            Truth::False
        } else {
            Truth::Unknown
        }
    }

    /// The known texts between the pieces that are not known, each as long as can be.
    fn runs(&self) -> impl Iterator<Item = String> {
        self.pieces
            .split(|piece| piece.known().is_none())
            .map(|run| run.iter().filter_map(Piece::known).collect())
    }

    /// What is known at the front or at the end.
    fn run_at(&self, front: bool) -> String {
        let mut runs = self.pieces.split(|piece| piece.known().is_none());
        let run = if front { runs.next() } else { runs.next_back() };
        run.unwrap_or_default()
            .iter()
            .filter_map(Piece::known)
            .collect()
    }

    /// Whether the text has `part` at its front or end, by what is known there.
    fn edge(&self, part: &str, front: bool) -> Truth {
        if part.is_empty() {
            return Truth::True;
        }
        let known = self.run_at(front);
        if known.is_empty() {
            return Truth::Unknown;
        }
        let (has, may) = if front {
            (known.starts_with(part), part.starts_with(&*known))
        } else {
            (known.ends_with(part), part.ends_with(&*known))
        };
        match (has, may) {
            (true, _) => Truth::True,
            (false, true) => Truth::Unknown,
            (false, false) => Truth::False,
        }
    }
}

impl Piece {
    /// Its text, where that is known.
    fn known(&self) -> Option<&str> {
        match self {
            Piece::Text(text, _) => Some(text),
            Piece::Value(value) => value.as_text(),
        }
    }
}

/// As much of the front of `text` as is known of it.
fn text_head<'t>(template: &Template, text: &'t str) -> &'t str {
    text.get(..template.run_at(true).len()).unwrap_or(text)
}

/// As much of the end of `text` as is known of it.
fn text_tail<'t>(template: &Template, text: &'t str) -> &'t str {
    let len = template.run_at(false).len();
    let at = text.len().checked_sub(len);
    at.and_then(|at| text.get(at..)).unwrap_or(text)
}

fn members_empty(none: bool, more: bool) -> Truth {
    match (none, more) {
        (false, _) => Truth::False,
        (true, false) => Truth::True,
        (true, true) => Truth::Unknown,
    }
}

fn same_known(a: &Value, b: &Value) -> Truth {
    match (&a.data, &b.data) {
        (Data::Reference(a), Data::Reference(b)) if a == b => Truth::True,
        (Data::Reference(_) | Data::Unknown(_), _) | (_, Data::Reference(_) | Data::Unknown(_)) => {
            Truth::Unknown
        }
        (Data::Null, Data::Null) => Truth::True,
        (Data::Null, _) | (_, Data::Null) => Truth::False,
        (Data::List(a), Data::List(b)) => same_lists(a, b),
        (Data::Map(a), Data::Map(b)) => same_maps(a, b),
        (Data::List(_) | Data::Map(_), _) | (_, Data::List(_) | Data::Map(_)) => Truth::False,
        (Data::Template(template), _) if template.text.is_none() => {
            scalar_text(b).map_or(Truth::Unknown, |text| template.could_be(&text))
        }
        (_, Data::Template(template)) if template.text.is_none() => {
            scalar_text(a).map_or(Truth::Unknown, |text| template.could_be(&text))
        }
        _ => Truth::from(scalar_text(a) == scalar_text(b)),
    }
}

fn same_lists(a: &List, b: &List) -> Truth {
    if a.rest.is_some() || b.rest.is_some() {
        return Truth::Unknown;
    }
    if a.items.len() != b.items.len() {
        let unsure = |list: &List| {
            list.kind == Collection::Set && !list.items.iter().all(Value::is_wholly_known)
        };
        return if unsure(a) || unsure(b) {
            Truth::Unknown
        } else {
            Truth::False
        };
    }
    Truth::all(a.items.iter().zip(&b.items).map(|(a, b)| a.same(b)))
}

fn same_maps(a: &Map, b: &Map) -> Truth {
    if a.rest.is_some() || b.rest.is_some() {
        return Truth::Unknown;
    }
    // An entry that is null counts as absent, and one that may be null as perhaps absent.
    let in_a = a.entries.iter().map(|entry| match b.value(&entry.key) {
        Some(other) => entry.value.same(other),
        None => entry.value.is_null(),
    });
    let only_b = b.entries.iter().filter(|entry| a.get(&entry.key).is_none());
    Truth::all(in_a.chain(only_b.map(|entry| entry.value.is_null())))
}

/// The text of a known scalar.
fn scalar_text(value: &Value) -> Option<String> {
    match &value.data {
        Data::Text(text) => Some(text.to_string()),
        Data::Bool(own) => Some(own.to_string()),
        Data::Number(own) => Some(own.to_string()),
        Data::Template(template) => template.text.as_ref().map(ToString::to_string),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Data, Piece, Template, Truth, Value, Why};
    use crate::source::Span;

    /// Of a text whose pieces are not known, those of which nothing is known are to blame.
    #[test]
    fn what_leaves_a_text_open_is_its_reason() {
        let piece = |why| Piece::Value(Value::unknown(why, Span::nowhere()));
        let name = Why::Variable("var.name".into());
        let pieces = vec![
            piece(Why::Pseudo("AWS::Region".into())),
            piece(name.clone()),
        ];
        let template = Template {
            text: None,
            pieces,
            decoded: None,
        };
        let value = Value::new(Data::Template(Arc::new(template)), Span::nowhere());
        assert_eq!(value.first_why(), Some(name));
        let region = Value::unknown(Why::Pseudo("AWS::Region".into()), Span::nowhere());
        assert_eq!(region.equals_text("*"), Truth::False);
        assert_eq!(region.why(), Some(Why::Environment("AWS::Region".into())));
        // What is computed from it may look like anything.
        let derived = Value::unknown(region.why().unwrap(), Span::nowhere());
        assert_eq!(derived.equals_text("*"), Truth::Unknown);
    }

    #[test]
    fn the_account_is_never_absent() {
        let unknown = |why| Value::unknown(why, Span::nowhere()).is_null();
        assert_eq!(
            unknown(Why::Environment("AWS::AccountId".into())),
            Truth::False
        );
        assert_eq!(unknown(Why::Variable("var.a".into())), Truth::Unknown);
    }
}
