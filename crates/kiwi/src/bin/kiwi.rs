//! `kiwi`, the second name of `kiwi-ng`.

fn main() -> std::process::ExitCode {
    kiwi::run()
}
