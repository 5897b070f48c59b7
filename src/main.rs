//! The program.

fn main() -> std::process::ExitCode {
    distrust::cli::main()
}
