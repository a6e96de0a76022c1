//! The inner layer.

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::process::Stdio;

use crate::scene::{for_everyone, processes_with};

#[test]
fn a_command_sees_the_tree_and_nothing_else() {
    for_everyone(|scene| {
        let text = scene.script(
            &[],
            "echo /*; ls /..; echo $$; busybox hostname; busybox pwd; echo $HOME $PATH",
        );
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[0], "/bin /dev /etc /proc /sys");
        assert_eq!(lines[1..6], ["bin", "dev", "etc", "proc", "sys"]);
        assert_eq!(lines[6..9], ["2", "localhost", "/"]);
        assert!(lines[9].starts_with("/root /usr/local/sbin:"), "{text}");
        // What was made for the mounts is gone.
        assert_eq!(fs::read_dir(scene.tree()).unwrap().count(), 1);
    });
}

#[test]
fn pid_1_reaps_and_takes_everything_with_it() {
    for_everyone(|scene| {
        let marker = format!("86{}", std::process::id());
        let script = format!(
            "busybox setsid sleep {marker} & busybox sleep 0.1; \
             (sh -c 'sleep 0.01 &'); busybox sleep 0.1; busybox ps -o stat,comm"
        );
        let text = scene.script(&[], &script);
        assert!(
            text.contains("sleep") && !text.lines().any(|line| line.starts_with('Z')),
            "{text}"
        );
        let left = processes_with(&marker);
        let left: Vec<_> = left
            .iter()
            .filter(|(_, words)| words.starts_with("sleep"))
            .collect();
        assert!(left.is_empty(), "{left:?}");
    });
}

#[test]
fn the_host_cannot_be_changed_from_inside() {
    for_everyone(|scene| {
        // Each would be harmless if it were allowed: files are opened and not written, settings set to what they are.
        for attempt in [
            ": >> /proc/sys/kernel/hostname",
            ": >> /proc/sysrq-trigger",
            ": >> /sys/kernel/uevent_helper",
            "busybox mknod /dev/disk b 254 0 && busybox dd if=/dev/disk of=/dev/null count=1",
            "busybox mknod /disk b 254 0 && busybox dd if=/disk of=/dev/null count=1",
            "cat /dev/vda",
        ] {
            let text = scene.script(
                &[],
                &format!("if ({attempt}) 2>/dev/null; then echo done; else echo refused; fi"),
            );
            assert_eq!(
                text.lines().last(),
                Some("refused"),
                "{:?} {attempt}",
                scene.who
            );
        }
    });
}

#[test]
fn devices_work() {
    for_everyone(|scene| {
        let script = "echo x > /dev/null; busybox head -c 3 /dev/urandom | busybox wc -c; \
                      echo out > /dev/stdout; ls /dev /dev/pts; busybox test -c /dev/ptmx && echo ptmx; echo a > /dev/shm/a";
        let text = scene.script(&[], script);
        let lines: Vec<_> = text.lines().map(str::trim).collect();
        for expected in ["3", "out", "null", "urandom", "ptmx", "shm", "tty"] {
            assert!(lines.contains(&expected), "{expected}: {text}");
        }
    });
}

#[test]
fn links_in_the_tree_lead_nowhere_else() {
    for_everyone(|scene| {
        let victim = scene.path().join("victim");
        fs::create_dir(&victim).unwrap();
        let tree = scene.tree();
        // The tree tries to have mounts made on, and files written to, the host.
        let up = "../".repeat(20);
        symlink(format!("{up}{}", victim.display()), tree.join("proc")).unwrap();
        symlink(&victim, tree.join("etc")).unwrap();
        symlink(&victim, tree.join("cache")).unwrap();
        let bind = format!("{}=/cache/below", scene.path().join("tree/bin").display());
        let tree_text = tree.display().to_string();
        let output = scene.run(&["--bind", &bind, &tree_text, "sh", "-c", "ls /cache/below"]);
        // Refused or mounted inside of the tree: both keep the host as it is.
        assert_eq!(fs::read_dir(&victim).unwrap().count(), 0, "{output:?}");
        let mounted = fs::read_to_string("/proc/self/mountinfo").unwrap();
        assert!(!mounted.contains("victim"), "{mounted}");
        for link in ["proc", "etc", "cache"] {
            fs::remove_file(tree.join(link)).unwrap();
        }
        // With the place in the tree made, the link leads there.
        let inside = tree.join(victim.strip_prefix("/").unwrap());
        fs::create_dir_all(&inside).unwrap();
        if rustix::process::geteuid().is_root() {
            for part in inside
                .ancestors()
                .take_while(|part| part.starts_with(&tree))
            {
                std::os::unix::fs::chown(part, Some(scene.uid()), Some(scene.uid())).unwrap();
            }
        }
        symlink(&victim, tree.join("cache")).unwrap();
        let text = scene.script(&["--bind", &bind], "ls /cache/below");
        assert!(text.contains("busybox"), "{text}");
        assert_eq!(fs::read_dir(&victim).unwrap().count(), 0);
        assert_eq!(
            fs::read_dir(&inside).unwrap().count(),
            0,
            "the mount point is gone"
        );
    });
}

#[test]
fn binds_show_the_host_read_only() {
    for_everyone(|scene| {
        let shown = scene.path().join("shown");
        fs::create_dir(&shown).unwrap();
        fs::write(shown.join("file"), "host").unwrap();
        if rustix::process::geteuid().is_root() {
            std::os::unix::fs::chown(&shown, Some(scene.uid()), Some(scene.uid())).unwrap();
        }
        let directory = format!("{}=/var/cache/kiwi", shown.display());
        fs::write(scene.tree().join("bin/tool"), "tree").unwrap();
        let file = format!("{}=/bin/tool", shown.join("file").display());
        let inside = format!("{}=/run/inside", shown.join("file").display());
        let options = [
            "--temporary",
            "/run",
            "--bind",
            &directory,
            "--bind",
            &file,
            "--bind",
            &inside,
        ];
        let script = "cat /var/cache/kiwi/file /bin/tool /run/inside; echo > /run/x && echo writable; \
                      echo x > /var/cache/kiwi/new || echo refused; echo x > /bin/tool || echo refused";
        let text = scene.script(&options, script);
        let lines: Vec<_> = text
            .lines()
            .filter(|line| !line.contains("can't create"))
            .collect();
        assert_eq!(lines, ["hosthosthostwritable", "refused", "refused"]);
        assert!(!scene.tree().join("var").exists() && !scene.tree().join("run").exists());
        assert_eq!(
            fs::read_to_string(scene.tree().join("bin/tool")).unwrap(),
            "tree"
        );
    });
}

#[test]
fn name_resolution_is_the_hosts_and_packages_may_replace_it() {
    for_everyone(|scene| {
        let host = fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
        if host.is_empty() {
            crate::scene::skip("this host has no /etc/resolv.conf");
            return;
        }
        let text = scene.script(&[], "cat /etc/resolv.conf");
        assert_eq!(text, host);
        assert!(!scene.tree().join("etc").exists());
        let script = "echo new > /etc/resolv.tmp; busybox mv /etc/resolv.tmp /etc/resolv.conf; cat /etc/resolv.conf";
        assert_eq!(scene.script(&[], script), "new\n");
        let kept = scene.tree().join("etc/resolv.conf");
        assert_eq!(fs::read_to_string(&kept).unwrap(), "new\n");
        // Now that the tree has a file, the host's is mounted over it.
        assert_eq!(scene.script(&[], "cat /etc/resolv.conf"), host);
        assert_eq!(fs::read_to_string(&kept).unwrap(), "new\n");
    });
}

#[test]
fn bare_means_without_kernel_file_systems() {
    for_everyone(|scene| {
        assert_eq!(scene.script(&["--bare"], "echo /*"), "/bin\n");
    });
}

#[test]
fn the_host_itself_is_no_tree() {
    for_everyone(|scene| {
        let output = scene.run(&["/", "true"]);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            error.contains("cannot run `true` in the root tree"),
            "{error}"
        );
    });
}

#[test]
fn secrets_are_in_no_list_of_processes() {
    for_everyone(|scene| {
        let secret = format!("geheim-{}-{:?}", std::process::id(), scene.who);
        let tree = scene.tree().display().to_string();
        let script = "read secret; echo ready; sleep 1; echo ${#secret}";
        let mut command = scene.command(&[], &["--stdin", &tree, "sh", "-c", script]);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(format!("{secret}\n").as_bytes())
            .unwrap();
        let mut seen = Vec::new();
        while child.try_wait().unwrap().is_none() {
            seen.extend(processes_with(&secret));
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        assert!(seen.is_empty(), "{seen:?}");
        let output = child.wait_with_output().unwrap();
        let length = format!("ready\n{}\n", secret.len());
        assert_eq!(String::from_utf8_lossy(&output.stdout), length);
    });
}

#[test]
fn commands_share_a_tree() {
    for_everyone(|scene| {
        let tree = scene.tree().display().to_string();
        let script = "busybox test -d /proc/self && busybox test -c /dev/null && echo fine";
        let output = scene.run(&["--repeat", "40", &tree, "sh", "-c", script]);
        let text = String::from_utf8_lossy(&output.stdout);
        let fine = text.lines().filter(|line| *line == "fine").count();
        assert_eq!(fine, 40, "{output:?}");
        assert_eq!(fs::read_dir(scene.tree()).unwrap().count(), 1);
    });
}

#[test]
fn the_status_descriptor_reaches_the_tree() {
    for_everyone(|scene| {
        let script = "echo dlstatus:1:50.0:half >&3; echo full >&3; ls /proc/self/fd >&3";
        let text = scene.script(&["--status"], script);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[..2], ["status: dlstatus:1:50.0:half", "status: full"]);
        // Job and report of the helper are not for the command.
        assert!(
            !lines.contains(&"status: 8") && !lines.contains(&"status: 9"),
            "{text}"
        );
    });
}

#[test]
fn a_shell_gets_the_terminal() {
    for_everyone(|scene| {
        if kiwi_host::tools::find("script").is_none() {
            crate::scene::skip("`script` is not installed");
            return;
        }
        let program = scene.path().join("enclosed").display().to_string();
        let tree = scene.tree().display().to_string();
        let mut words = vec!["script", "--quiet", "--return", "--command"];
        let user = scene.become_user().join(" ");
        let line = format!("{user} {program} --interactive {tree} sh -i");
        words.extend([line.as_str(), "/dev/null"]);
        let mut child = std::process::Command::new(words[0])
            .args(&words[1..])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut keyboard = child.stdin.take().unwrap();
        let pause = || std::thread::sleep(std::time::Duration::from_millis(700));
        pause();
        keyboard
            .write_all(b"busybox test -t 0 && echo terminal=$((1+1))\n")
            .unwrap();
        pause();
        // Ctrl-C is for what runs in the shell, neither for the shell nor for the build.
        keyboard.write_all(b"sleep 1000\n").unwrap();
        pause();
        keyboard.write_all(&[3]).unwrap();
        pause();
        keyboard
            .write_all(b"echo still=$((2+2))\nexit 5\n")
            .unwrap();
        pause();
        drop(keyboard);
        let output = child.wait_with_output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        for expected in [
            "terminal=2",
            "still=4",
            "the command ended with exit code 5",
        ] {
            assert!(
                text.contains(expected),
                "{expected} {:?}: {text}",
                scene.who
            );
        }
    });
}
