//! Runs one command in a root tree, enclosed like a build.
//!
//! ```text
//! enclosed [OPTION..] TREE PROGRAM [ARGUMENT..]     in the tree
//! enclosed [OPTION..] --host PROGRAM [ARGUMENT..]   in the enclosure, but with the host's files
//! enclosed --remove TREE                            remove a tree with files of any owner
//! enclosed --facts                                  print what is known about namespaces on this host
//!
//! --bind HOST=TREE     show something of the host in the tree, read-only
//! --temporary TREE     put an empty directory in memory over one of the tree
//! --bare               no /proc, /sys and /dev
//! --stdin              pass standard input on to the command
//! --repeat COUNT       run the command so many times, four at a time, each with surroundings of its own
//! --status             print the lines that the command writes to its status descriptor
//! --interactive        give the command this terminal
//! --many-ids           refuse to go on with a single id
//! ```
//!
//! Shows the two layers at work, and serves the tests of this crate, which need a program whose `main` starts as the real one does.
#![allow(clippy::print_stdout)]

use std::io::Read;
use std::process::ExitCode;

use kiwi_host::enclosure::{self, Request};
use kiwi_host::remove::remove_tree;
use kiwi_host::{
    Access, Cmd, CommandError, Entered, Interrupt, Runner, Sandbox, Streams, SystemRunner,
};

fn main() -> ExitCode {
    if let Some(code) = kiwi_host::sandbox::helper_main() {
        return code;
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments == ["--facts"] {
        println!("{:#?}", kiwi_host::userns::Facts::gather());
        return ExitCode::SUCCESS;
    }
    let request = Request {
        accept_single_id: !arguments.iter().any(|argument| argument == "--many-ids"),
    };
    let enclosure = match enclosure::enter(request) {
        Ok(Entered::Inside(enclosure)) => enclosure,
        Ok(Entered::Finished(code)) => return exit_code(code),
        Err(error) => {
            eprintln!("{error}\nhint: {}", error.hint().unwrap_or_default());
            return ExitCode::from(3);
        }
    };
    if let Some((problem, mend)) = enclosure.notice() {
        eprintln!("note: {problem}\nhint: {mend}");
    }
    match build(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(CommandError::Interrupted { signal, .. }) => {
            exit_code(kiwi_host::signals::exit_code(signal))
        }
        Err(error) => {
            eprintln!("{error}\n{error:?}");
            exit_code(error.failure().map_or(1, |failure| failure.status.code()))
        }
    }
}

fn build(arguments: &[String]) -> Result<(), CommandError> {
    let mut words = arguments.iter();
    let mut binds = Vec::new();
    let mut temporary = Vec::new();
    let (mut bare, mut stdin, mut repeat) = (false, false, 1);
    let (mut status, mut interactive) = (false, false);
    let mut next = || {
        words
            .next()
            .expect("usage: enclosed TREE PROGRAM [ARGUMENT..]")
    };
    let place = loop {
        match next().as_str() {
            "--bind" => binds.push(next().split_once('=').expect("--bind HOST=TREE")),
            "--temporary" => temporary.push(next()),
            "--bare" => bare = true,
            "--stdin" => stdin = true,
            "--status" => status = true,
            "--interactive" => interactive = true,
            "--repeat" => repeat = next().parse().expect("--repeat COUNT"),
            "--many-ids" => {}
            place => break place,
        }
    };
    let program = next();
    if place == "--remove" {
        remove_tree(program).expect("everything can be removed in the enclosure");
        return Ok(());
    }
    let mut bytes = Vec::new();
    if stdin {
        std::io::stdin()
            .read_to_end(&mut bytes)
            .expect("standard input can be read");
    }
    let arguments: Vec<&String> = words.collect();
    let command = || {
        let command = Cmd::new(program)
            .args(&arguments)
            .stdin_bytes(bytes.clone());
        if place == "--host" {
            return command;
        }
        let mut sandbox = Sandbox::new(place).host_network_files();
        for (host, tree) in &binds {
            sandbox = sandbox.bind(host, tree, Access::ReadOnly);
        }
        for directory in &temporary {
            sandbox = sandbox.temporary(directory);
        }
        if bare {
            sandbox = sandbox.without_kernel_file_systems();
        }
        command.in_tree(&sandbox)
    };
    let interrupt = Interrupt::install().expect("a fresh process can handle signals");
    let runner = SystemRunner::new(interrupt);
    if interactive {
        let ended = runner.interactive(&command())?;
        println!("the command {ended}");
        return Ok(());
    }
    if status {
        let streams = Streams {
            on_status: Some(&mut |line| println!("status: {line}")),
            ..Streams::default()
        };
        return runner.execute(&command(), streams).map(drop);
    }
    let run = || {
        runner
            .run_lines(&command(), &mut |_, line| println!("{line}"))
            .map(drop)
    };
    if repeat == 1 {
        return run();
    }
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| (0..repeat / 4).try_for_each(|_| run())))
            .collect();
        threads
            .into_iter()
            .try_for_each(|thread| thread.join().expect("no thread panics"))
    })
}

fn exit_code(code: i32) -> ExitCode {
    ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX))
}
