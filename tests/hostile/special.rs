//! Files that are none: pipes, devices, what nobody may read, what is too big, no text, or gone when it is looked at.

use crate::support::{FORMATS, OFF, files, found, json, nodes, repository, run};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

const FOUND: &str = "multi-arch-images-disabled at hco.yaml";

fn pipe(at: &Path) {
    std::fs::create_dir_all(at.parent().expect("a parent")).expect("a directory");
    assert!(Command::new("mkfifo").arg(at).status().expect("mkfifo").success());
}

#[test]
fn pipes_are_not_waited_for() {
    for name in ["pipe.yaml", "kustomization.yaml", "k/values.yaml", ".git/config", "sub/.gitignore", ".ignore", ".git/info/exclude"] {
        let scratch = repository();
        pipe(&scratch.root.join(name));
        let report = json(&scratch.root, &[]);
        let is_ignore_file = name.ends_with("ignore");
        assert!(found(&report).contains(&FOUND.to_owned()) || is_ignore_file, "{name}: {report:#}");
        if !name.starts_with(".git/") && !is_ignore_file {
            assert_said(&scratch.root, "it is not a regular file");
        }
        if is_ignore_file {
            let ran = run(&scratch.root, &["--fail-on", "never"]);
            assert_eq!(ran.code, Some(4), "{name}: {ran:?}");
            assert!(ran.out.contains("ignore file"), "{name}: {ran:?}");
        }
    }
    let scratch = repository();
    std::fs::remove_dir(scratch.root.join(".git")).expect("it goes");
    pipe(&scratch.root.join(".git"));
    assert!(found(&json(&scratch.root, &[])).contains(&FOUND.to_owned()));
}

#[test]
fn named_and_referred_to_pipes_and_devices_are_refused() {
    let scratch = repository();
    pipe(&scratch.root.join("pipe"));
    symlink("/dev/zero", scratch.root.join("zero.yaml")).expect("a link");
    let kustomization = "resources: [hco.yaml, nodes.yaml, pipe, zero.yaml, /dev/zero]\nconfigMapGenerator: [{name: x, files: [pipe, zero.yaml]}]\n\
                         patches: [{path: pipe}]\n";
    std::fs::write(scratch.root.join("kustomization.yaml"), kustomization).expect("a file");
    json(&scratch.root, &[]);
    for path in ["pipe", "/dev/zero", "/dev/stdin"] {
        let ran = run(&scratch.root, &[path]);
        assert!(matches!(ran.code, Some(2..=4)), "{path}: {ran:?}");
    }
    for arguments in [["--config", "pipe"], ["--baseline", "pipe"], ["--config", "/dev/zero"], ["--nodes", "/dev/zero"], ["--baseline", "/dev/zero"]]
    {
        let ran = run(&scratch.root, &arguments);
        assert_eq!(ran.code, Some(2), "{arguments:?}: {ran:?}");
    }
}

/// Every format says what is wrong with a file, and the code tells that the result is incomplete.
fn assert_said(root: &Path, words: &str) {
    for format in FORMATS {
        let ran = run(root, &["--format", format, "--fail-on", "never"]);
        assert_eq!(ran.code, Some(4), "{format}: {ran:?}");
        let flat = ran.out.replace(['\n', '\\'], " ");
        let flat = flat.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(words), "{format} does not say `{words}`: {}", ran.out);
    }
}

#[test]
fn files_that_cannot_be_read_are_said() {
    let scratch = repository();
    std::fs::write(scratch.root.join("latin.yaml"), [OFF.as_bytes(), b"# caf\xe9\n"].concat()).expect("a file");
    assert_said(&scratch.root, &format!("it is not UTF-8 (byte {})", OFF.len() + 5));

    // As `kubectl get nodes -o yaml > nodes.yaml` writes it in PowerShell.
    let scratch = repository();
    let wide: Vec<u8> = "\u{feff}kind: Node\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    std::fs::write(scratch.root.join("wide.yaml"), wide).expect("a file");
    assert_said(&scratch.root, "it is UTF-16, not UTF-8");

    let scratch = repository();
    std::fs::File::create(scratch.root.join("big.yaml")).and_then(|f| f.set_len((32 << 20) + 1)).expect("a file");
    assert_said(&scratch.root, "it is larger than 32 MiB");

    let scratch = repository();
    let secret = scratch.root.join("secret.yaml");
    std::fs::write(&secret, OFF).expect("a file");
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o000)).expect("permissions");
    // Root reads everything.
    if std::fs::read(&secret).is_err() {
        assert_said(&scratch.root, "ermission denied");
    }
}

#[test]
fn a_configuration_that_is_no_file_is_refused() {
    let link = |target: &'static str| move |at: &Path| symlink(target, at).expect("a link");
    for (words, make) in [
        ("it is a directory", &(|at: &Path| std::fs::create_dir(at).expect("a directory")) as &dyn Fn(&Path)),
        ("it is not a regular file", &pipe),
        ("No such file", &link("nowhere")),
        ("it lies outside the repository", &link("/dev/null")),
    ] {
        let scratch = repository();
        make(&scratch.root.join(".hco-lint.yaml"));
        let ran = run(&scratch.root, &[]);
        assert!(ran.err.starts_with(&format!("hco-lint: .hco-lint.yaml: {words}")) && ran.code == Some(2), "{ran:?}");
    }
}

#[test]
fn links_that_lead_out_are_said_unless_they_are_left_out() {
    let scratch = repository();
    symlink("/etc/hostname", scratch.root.join("more.yaml")).expect("a link");
    assert_said(&scratch.root, "it lies outside the repository");
    std::fs::write(scratch.root.join(".ignore"), "more.yaml\n").expect("a file");
    assert_eq!(run(&scratch.root, &["--fail-on", "never"]).code, Some(0));
    symlink("/etc", scratch.root.join("result")).expect("a link");
    assert_said(&scratch.root, "it lies outside the repository");
    std::fs::write(scratch.root.join(".hco-lint.yaml"), "exclude: [result]\n").expect("a file");
    assert_eq!(run(&scratch.root, &["--fail-on", "never"]).code, Some(0));
    // What no reader takes for a manifest is nobody's business.
    symlink("/etc/hostname", scratch.root.join("notes.txt")).expect("a link");
    assert_eq!(run(&scratch.root, &["--fail-on", "never"]).code, Some(0));
}

#[test]
fn dangling_links_are_nothing() {
    let scratch = repository();
    symlink("nowhere.yaml", scratch.root.join("dangling.yaml")).expect("a link");
    symlink("nowhere", scratch.root.join("directory")).expect("a link");
    let ran = run(&scratch.root, &["--fail-on", "never"]);
    assert_eq!((ran.code, ran.out.contains("dangling")), (Some(0), false), "{ran:?}");
    assert!(found(&json(&scratch.root, &[])).contains(&FOUND.to_owned()));
}

#[test]
fn files_may_change_while_they_are_read() {
    let scratch = repository();
    let (root, more) = (scratch.root.clone(), scratch.root.join("more.yaml"));
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut text = String::new();
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                text.push_str(&nodes(&["s390x"]));
                let _ = std::fs::write(&more, &text);
                let _ = std::fs::remove_file(&more);
                if text.len() > 1 << 20 {
                    text.clear();
                }
            }
        });
        for _ in 0..8 {
            let ran = run(&root, &["--format", "json"]);
            assert!(matches!(ran.code, Some(0 | 1 | 4)), "{ran:?}");
            serde_json::from_str::<serde_json::Value>(&ran.out).expect("a whole report");
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}

#[test]
fn git_configurations_may_say_anything() {
    let texts: [&[u8]; 5] =
        [b"", b"\xff\xfe[remote \"origin\"]\nurl", b"[remote \"origin\"]\nurl =\n", b"[remote \"origin\"]\nurl = \x1b[31m\n", b"[[[\n=\n"];
    for text in texts {
        let scratch = repository();
        std::fs::write(scratch.root.join(".git/config"), text).expect("a file");
        assert!(found(&json(&scratch.root, &[])).contains(&FOUND.to_owned()));
    }
    let scratch = crate::scratch::Scratch::new(&files([
        ("hco.yaml", OFF.to_owned()),
        ("nodes.yaml", nodes(&["amd64", "arm64"])),
        ("sub/hco.yaml", OFF.to_owned()),
    ]));
    // A submodule and a worktree have a file that leads elsewhere.
    std::fs::write(scratch.root.join("sub/.git"), "gitdir: ../.git/modules/sub\n").expect("a file");
    assert!(found(&json(&scratch.root, &[])).contains(&FOUND.to_owned()));
}
