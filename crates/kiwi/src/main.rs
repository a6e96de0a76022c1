//! `kiwi-ng`, the program.

fn main() -> std::process::ExitCode {
    kiwi::run()
}
