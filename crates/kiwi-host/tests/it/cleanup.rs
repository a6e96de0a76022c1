//! Nothing stays behind, however a build ends.

use crate::scene::{Scene, eventually, for_everyone, kill, processes_with};

const INTERRUPT: i32 = 2;
const KILL: i32 = 9;
const TERMINATE: i32 = 15;

/// Starts a command with a child in a session of its own, both of which ignore polite signals; `marker` is in their arguments.
fn stubborn(scene: &Scene, marker: &str) -> crate::scene::Running {
    scene.start(&format!(
        "trap '' TERM INT HUP; busybox setsid sh -c 'while true; do sleep 0.1; done; : {marker}' & \
         echo ready; while true; do sleep 0.1; done; : {marker}"
    ))
}

fn polite(scene: &Scene, marker: &str) -> crate::scene::Running {
    scene.start(&format!("echo ready; sleep 1000; : {marker}"))
}

fn all_gone(marker: &str) {
    eventually("all processes are gone", || {
        processes_with(marker).is_empty()
    });
}

#[test]
fn killing_any_of_the_processes_ends_all() {
    for_everyone(|scene| {
        // Outer process, pid 1, build, helper, pid 1 of the sandbox, command, its child: 7 at least.
        let tree = scene.tree().display().to_string();
        for victim in 0..6 {
            let marker = format!("mark-{}-{victim}-{:?}", std::process::id(), scene.who);
            let mut running = stubborn(scene, &marker);
            // The helpers have no arguments to find them by; they are found as children.
            let family = descendants(running.child.id().cast_signed());
            assert!(family.len() >= 6, "{family:?}");
            kill(family[victim], KILL);
            // The build sees the end of its command as failure, of itself not at all; all end one way or another.
            assert_ne!(running.end(), 0);
            all_gone(&marker);
            eventually("the helpers are gone", || {
                family
                    .iter()
                    .all(|pid| !std::path::Path::new(&format!("/proc/{pid}")).exists())
            });
        }
        assert!(processes_with(&tree).is_empty());
    });
}

#[test]
fn polite_signals_end_the_build_with_their_code() {
    for_everyone(|scene| {
        for (signal, code) in [(INTERRUPT, 130), (TERMINATE, 143)] {
            let marker = format!("mark-{}-{signal}-{:?}", std::process::id(), scene.who);
            let mut running = polite(scene, &marker);
            running.signal(signal);
            assert_eq!(running.end(), code);
            all_gone(&marker);
            // What was made for mounts is removed.
            let left = std::fs::read_dir(scene.tree()).unwrap().count();
            assert_eq!(left, 1);
        }
    });
}

#[test]
fn a_second_signal_does_not_wait_for_stubborn_commands() {
    for_everyone(|scene| {
        let marker = format!("mark-{}-second-{:?}", std::process::id(), scene.who);
        let mut running = stubborn(scene, &marker);
        let start = std::time::Instant::now();
        running.signal(INTERRUPT);
        std::thread::sleep(std::time::Duration::from_millis(600));
        running.signal(INTERRUPT);
        assert_eq!(running.end(), 130);
        assert!(
            start.elapsed() < std::time::Duration::from_secs(4),
            "{:?}",
            start.elapsed()
        );
        all_gone(&marker);
    });
}

#[test]
fn stubborn_commands_are_killed_in_the_end() {
    for_everyone(|scene| {
        let marker = format!("mark-{}-stubborn-{:?}", std::process::id(), scene.who);
        let mut running = stubborn(scene, &marker);
        running.signal(TERMINATE);
        assert_eq!(running.end(), 143);
        all_gone(&marker);
    });
}

/// A process and its children, and theirs, depth first.
fn descendants(pid: i32) -> Vec<i32> {
    let mut found = vec![pid];
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
    for child in children.unwrap_or_default().split_whitespace() {
        found.extend(descendants(child.parse().unwrap()));
    }
    // Children of other threads are listed there.
    for task in std::fs::read_dir(format!("/proc/{pid}/task"))
        .into_iter()
        .flatten()
        .flatten()
    {
        let task = task.file_name().into_string().unwrap();
        if task != pid.to_string() {
            let children = std::fs::read_to_string(format!("/proc/{pid}/task/{task}/children"));
            for child in children.unwrap_or_default().split_whitespace() {
                found.extend(descendants(child.parse().unwrap()));
            }
        }
    }
    found
}
