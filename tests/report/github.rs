//! The rules of GitHub's runner, which a snapshot does not know.

use crate::support::{awkward, clean, fleet};
use crate::{options, write};
use hco_lint::files::Shown;
use hco_lint::finding::{Confidence, Severity};
use hco_lint::report::Format;

/// The lines that the runner takes for commands: those that start with `::` after blanks, and those with `##[` anywhere.
pub(crate) fn commands(log: &str) -> Vec<&str> {
    let lines = log.split(['\n', '\r']);
    lines.filter(|l| l.trim_start().starts_with("::") || l.contains("##[")).collect()
}

#[test]
fn a_file_name_cannot_be_a_command() {
    let mut outcome = awkward();
    outcome.shown = Shown::default();
    outcome.sources.values_mut().next().expect("a source").path = "::error title=x::y.yaml".to_owned();
    let finding = outcome.findings[3].clone();
    outcome.findings.extend(std::iter::repeat_n(finding, 30));
    let log = write(Format::Github, &outcome, &options());
    let commands = commands(&log);
    assert!(log.lines().any(|l| l.starts_with("./::error title=x::y.yaml:1:7: warning[unresolved]")), "beyond the cap it is a plain line:\n{log}");
    for command in commands {
        let known = [
            "::error file=",
            "::warning file=",
            "::notice file=",
            "::error title=hco-lint::",
            "::warning title=hco-lint::",
            "::notice title=hco-lint::",
        ];
        assert!(known.iter().any(|k| command.starts_with(k)), "{command}");
    }
}

#[test]
fn no_more_than_ten_of_each_kind_and_the_worst_first() {
    let mut outcome = fleet();
    let mut low = outcome.findings[1].clone();
    low.confidence = Confidence::Low;
    let mut error = low.clone();
    error.severity = Severity::Error;
    let mut info = low.clone();
    info.severity = Severity::Info;
    info.rule = "golden-image-partial-coverage";
    for extra in [low, info, error] {
        outcome.findings.extend(std::iter::repeat_n(extra, 25));
    }
    let log = write(Format::Github, &outcome, &options());
    let of = |kind: &str| log.lines().filter(|l| l.starts_with(kind)).count();
    assert_eq!((of("::error"), of("::warning"), of("::notice")), (10, 10, 10));
    let first: Vec<&str> = log.lines().filter(|l| l.starts_with("::error file") || l.starts_with("::warning file")).collect();
    assert!(first[0].contains("title=hyperconverged-name"), "high confidence before low");
    assert!(first.iter().position(|l| l.starts_with("::warning")).expect("a warning") == 10, "errors before warnings");
    // 26 errors, 26 warnings, 26 infos; ten errors, nine warnings (one is about the run), eight notices (two are) are shown.
    assert!(log.contains("::notice title=hco-lint::51 more findings in the log only"), "{log}");
    assert_eq!(log.lines().filter(|l| l.starts_with("base/hco.yaml:")).count(), 51);
}

#[test]
fn a_clean_run_says_what_it_read() {
    assert_eq!(write(Format::Github, &clean(), &options()), "hco-lint: no findings in 1 cluster; 1 of 3 files read\n");
}
