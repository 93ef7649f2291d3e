//! `completions` and `man`.

use crate::support::{hco_lint, ran};
use std::path::Path;
use std::process::Command;

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What bash offers for the last of these words.
fn offered(words: &[&str]) -> Vec<String> {
    let script = r#"eval "$("$PROGRAM" completions bash)"
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
        [[ $(complete -p hco-lint) =~ -F\ ([^ ]+) ]]
        "${BASH_REMATCH[1]}" hco-lint "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\n' "${COMPREPLY[@]}""#;
    let mut bash = Command::new("bash");
    bash.args(["--noprofile", "--norc", "-c", script, "bash"]).args(words).env("PROGRAM", env!("CARGO_BIN_EXE_hco-lint"));
    let ran = ran(&mut bash);
    assert_eq!(ran.err, "");
    ran.out.lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_options_and_values() {
    assert_eq!(offered(&["hco-lint", "topo"]), ["topology"]);
    assert_eq!(offered(&["hco-lint", "--min"]), ["--min-confidence"]);
    assert_eq!(offered(&["hco-lint", "topology", "--ren"]), ["--render"]);
    assert_eq!(offered(&["hco-lint", "--select", "multi-"]), ["multi-arch-images-disabled"]);
    assert_eq!(offered(&["hco-lint", "explain", "multi-"]), ["multi-arch-images-disabled"]);
    assert_eq!(offered(&["hco-lint", "--format", "sa"]), ["sarif"]);
}

#[test]
fn every_shell_has_a_script() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let ran = hco_lint(here(), &["completions", shell]);
        assert_eq!(ran.code, 0, "{shell}");
        assert!(ran.out.contains("topology"), "{shell}: {}", ran.out);
    }
    let wrong = hco_lint(here(), &["completions", "tcsh"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("bash"), "{}", wrong.err);
}

/// The commands as `--help` lists them.
fn commands() -> Vec<String> {
    let help = hco_lint(here(), &["-h"]).out;
    let list = help.lines().skip_while(|l| *l != "Commands:").skip(1).take_while(|l| !l.is_empty());
    let named = list.filter(|l| !l.starts_with("   "));
    let commands: Vec<String> = named.filter_map(|l| l.split_whitespace().next()).map(str::to_owned).collect();
    assert!(commands.len() >= 6, "{commands:?}");
    commands
}

#[test]
fn the_manual_has_every_command_and_every_exit_code() {
    let page = hco_lint(here(), &["man"]).out;
    assert!(page.contains(".TH hco-lint 1"), "{page}");
    for code in 0..=4 {
        assert!(page.contains(&format!(".TP\n\\fB{code}\\fR\n")), "{code} is missing: {page}");
    }
    for command in commands() {
        assert!(page.contains(&format!("hco\\-lint\\-{command}(1)")), "{command} is missing: {page}");
        let own = hco_lint(here(), &["man", &command]);
        assert_eq!(own.code, 0, "{}", own.err);
        assert!(own.out.contains(&format!(".TH hco-lint-{command} 1")), "{}", own.out);
    }
    let wrong = hco_lint(here(), &["man", "topologie"]);
    assert_eq!((wrong.code, wrong.err.as_str()), (2, "hco-lint: there is no command `topologie`; did you mean `topology`?\n"));
}

#[test]
fn packages_carry_them() {
    let share = Path::new(env!("CARGO_TARGET_TMPDIR")).join("share");
    let _ = std::fs::remove_dir_all(&share);
    let ran = ran(Command::new(here().join("scripts/share")).arg(env!("CARGO_BIN_EXE_hco-lint")).arg(&share));
    assert_eq!((ran.err.as_str(), ran.code), ("", 0));
    let pages = commands().into_iter().map(|c| format!("man/man1/hco-lint-{c}.1"));
    let scripts = ["bash-completion/completions/hco-lint", "zsh/site-functions/_hco-lint", "fish/vendor_completions.d/hco-lint.fish"];
    for file in pages.chain(scripts.map(str::to_owned)).chain(["man/man1/hco-lint.1".to_owned()]) {
        assert!(std::fs::metadata(share.join(&file)).is_ok_and(|m| m.len() > 100), "{file}");
    }
}
