//! The process that started the server.

/// Whether the process with this number is no more. Where that cannot be asked, it is there: the end of standard input
/// then says that it went.
#[cfg(unix)]
pub(super) fn is_gone(number: i32) -> bool {
    use rustix::io::Errno;
    use rustix::process::{Pid, test_kill_process};
    Pid::from_raw(number).is_some_and(|pid| test_kill_process(pid) == Err(Errno::SRCH))
}

/// As above.
#[cfg(not(unix))]
pub(super) fn is_gone(_: i32) -> bool {
    false
}

#[cfg(all(test, unix))]
mod tests {
    use super::is_gone;

    #[test]
    fn a_process_is_there_until_it_is_not() {
        let mut child = std::process::Command::new("sleep")
            .arg("60")
            .spawn()
            .unwrap();
        let number = child.id().try_into().unwrap();
        assert!(!is_gone(number));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(is_gone(number));
    }
}
