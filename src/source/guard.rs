//! A fault of this program in one input must not take the others with it.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Code, Diagnostic, Span};

thread_local! {
    /// Where the last panic of this thread was raised.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// From now on a panic is not printed where it is raised; [`guarded`] says what is to be said of it.
/// Once per process.
pub fn silence_panics() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string);
        PLACE.with(|cell| cell.replace(place));
    }));
}

/// What `work` gives, or, should it panic, one sentence about that.
///
/// # Errors
/// The message of the panic and the line of this program's source.
///
/// `work` must leave nothing half-written behind that outlives it; what it reads from shared caches may be missing
/// afterwards, but not wrong.
pub fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let message = message(&*panic);
        match PLACE.with(|cell| cell.take()) {
            Some(place) => format!("{message} ({place})"),
            None => message,
        }
    })
}

/// What is said at a place where this program itself failed.
pub fn internal_error(span: Span, fault: &str) -> Diagnostic {
    let message = format!("distrust failed on this, and left it out: {fault}");
    Diagnostic::new(Code::Internal, span, message).help(concat!(
        "this is a fault of distrust; please report it: ",
        env!("CARGO_PKG_REPOSITORY"),
        "/issues"
    ))
}

fn message(panic: &(dyn Any + Send)) -> String {
    if let Some(text) = panic.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = panic.downcast_ref::<String>() {
        text.clone()
    } else {
        "a panic without a message".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::guarded;

    #[test]
    fn a_panic_becomes_a_sentence() {
        assert_eq!(guarded(|| 1), Ok(1));
        let failed = guarded(|| -> u8 { panic!("no {}", "luck") });
        assert!(failed.is_err_and(|text| text.starts_with("no luck")));
    }
}
