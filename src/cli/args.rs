//! The arguments.

use crate::finding::{Confidence, Severity};
use crate::nodes::arch::Arch;
use crate::operator::release::Release;
use crate::report::Format;
use clap::builder::{PossibleValue, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::ffi::OsStr;
use std::path::PathBuf;

/// Finds what a GitOps repository's KubeVirt HyperConverged configuration gets wrong about clusters of several CPU architectures.
///
/// Reads manifests, works out which clusters there are, which architectures their nodes have and what their HyperConverged makes of it, and
/// says what is wrong on the line to edit.
#[derive(Debug, Parser)]
#[command(name = "hco-lint", version, max_term_width = 110, args_conflicts_with_subcommands = true, disable_help_subcommand = true)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) check: CheckArgs,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Lint; the same as no command at all
    Check(Box<CheckArgs>),
    /// Show the clusters: their HyperConverged, nodes, architectures, and why
    Topology(Box<TopologyArgs>),
    /// Print a rule's page; without a rule, the list of rules
    Explain {
        /// Name of the rule
        #[arg(value_parser = RuleName, hide_possible_values = true)]
        rule: Option<String>,
    },
    /// Reduce `kubectl get nodes -o yaml` (or json) to the smallest Node list worth committing
    Snapshot {
        /// The file; standard input when absent or `-`
        file: Option<PathBuf>,
    },
    /// Serve an editor: a language server on standard input and output
    Lsp,
    /// Print a shell's completion script
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Print the manual page, in roff
    Man {
        /// The command to print the page of; the program's own when absent
        command: Option<String>,
    },
}

/// What to read and how.
#[derive(Debug, Args)]
pub(super) struct InputArgs {
    /// Files and directories; `-` reads a manifest stream from standard input [default: .]
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,
    /// Configuration file [default: .hco-lint.yaml, from the linted path up to the repository's root]
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// All nodes of a cluster, as `kubectl get nodes -o yaml` prints them; without CLUSTER of the only one with a HyperConverged
    #[arg(long, value_name = "[CLUSTER=]FILE", value_parser = nodes)]
    pub(super) nodes: Vec<(Option<String>, PathBuf)>,
    /// All architectures of a cluster's nodes, as in `prod=amd64,arm64`
    #[arg(long, value_name = "[CLUSTER=]LIST", value_parser = architectures)]
    pub(super) arch: Vec<(Option<String>, Vec<Arch>)>,
    /// The cluster that standard input was rendered for
    #[arg(long, value_name = "NAME")]
    pub(super) cluster: Option<String>,
    /// What stands on standard input is what this file of the repository is to hold
    #[arg(long, value_name = "FILE", conflicts_with = "cluster")]
    pub(super) stdin_filename: Option<PathBuf>,
    /// Release of the HyperConverged operator, as in `1.17`
    #[arg(long, value_name = "VERSION", value_parser = release)]
    pub(super) hco_version: Option<Release>,
    /// Read files that .gitignore leaves out
    #[arg(long)]
    pub(super) no_ignore: bool,
    /// Worker threads [default: two per core, at least eight]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(super) threads: Option<u16>,
    /// When to use colour
    #[arg(long, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(super) color: Color,
    /// Findings only, no summary
    #[arg(short, long, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Say also what findings were decided by, and name everything that was not seen
    #[arg(short, long)]
    pub(super) verbose: bool,
}

/// Arguments of a check.
#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// How to print findings
    #[arg(long, value_enum, default_value_t = Format::Human, value_name = "FORMAT")]
    pub(super) format: Format,
    /// Also write this format to this file; may be repeated
    #[arg(long, value_name = "FORMAT=FILE", value_parser = output)]
    pub(super) output: Vec<(Format, PathBuf)>,
    /// List in `sarif` also what is left alone, marked as suppressed; not for GitHub, which opens alerts for it
    #[arg(long)]
    pub(super) sarif_suppressed: bool,
    /// Run only these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = RuleName, hide_possible_values = true)]
    pub(super) select: Vec<String>,
    /// Leave these rules out
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = RuleName, hide_possible_values = true)]
    pub(super) ignore: Vec<String>,
    /// The least severity that fails the run
    #[arg(long, value_enum, default_value_t = FailOn::Warning, value_name = "SEVERITY")]
    pub(super) fail_on: FailOn,
    /// Hide findings below it [default: medium]
    #[arg(long, value_enum, value_name = "CONFIDENCE")]
    pub(super) min_confidence: Option<MinConfidence>,
    #[command(flatten)]
    pub(super) scope: ScopeArgs,
    #[command(flatten)]
    pub(super) baseline: BaselineArgs,
    #[command(flatten)]
    pub(super) fix: FixArgs,
    /// Print the files that would be looked at, and stop
    #[arg(long)]
    pub(super) list_files: bool,
}

/// Findings that are left alone for the time being.
#[derive(Debug, Args)]
pub(super) struct BaselineArgs {
    /// Leave alone the findings that this file records [default: the configuration's `baseline`]
    #[arg(long, value_name = "FILE")]
    pub(super) baseline: Option<PathBuf>,
    /// Show the findings that the configuration's baseline records, too
    #[arg(long, conflicts_with = "baseline")]
    pub(super) no_baseline: bool,
    /// Record what is found in this file, for `--baseline`, and leave it alone
    #[arg(long, value_name = "FILE", conflicts_with_all = ["list_files", "diff"])]
    pub(super) write_baseline: Option<PathBuf>,
}

/// Which findings are asked for.
#[derive(Debug, Args)]
pub(super) struct ScopeArgs {
    /// Report only what was not there in this revision, or in fewer clusters
    #[arg(long, value_name = "REV", conflicts_with_all = ["list_files", "write_baseline"])]
    pub(super) diff_base: Option<String>,
    /// PATHs are files that a commit changes: look at the whole repository, and report what rests on one of them or was not there before
    #[arg(long, conflicts_with_all = ["list_files", "write_baseline"])]
    pub(super) changed: bool,
}

/// What to do about findings that can be mended.
#[derive(Debug, Args)]
pub(super) struct FixArgs {
    /// Mend what can be mended safely, and report what is left; with `-` print the mended stream, and report on standard error
    #[arg(long, conflicts_with = "list_files")]
    pub(super) fix: bool,
    /// Mend everything that can be mended, also where a person should look at the result
    #[arg(long, conflicts_with = "list_files")]
    pub(super) unsafe_fixes: bool,
    /// Show what would be mended as a unified diff, and write nothing; fails if there is anything
    #[arg(long, conflicts_with = "list_files")]
    pub(super) diff: bool,
}

/// Arguments of `topology`.
#[derive(Debug, Args)]
pub(super) struct TopologyArgs {
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// Print the objects that a Kustomize root yields, as a JSON array, and stop
    #[arg(long, value_name = "DIR", conflicts_with = "paths")]
    pub(super) render: Option<PathBuf>,
    /// How to print the clusters
    #[arg(long, value_enum, default_value_t = TopologyFormat::Human, value_name = "FORMAT")]
    pub(super) format: TopologyFormat,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Formats of `topology`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum TopologyFormat {
    /// A table and the evidence
    Human,
    /// One JSON object
    Json,
}

/// From which severity on a finding fails the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    /// Errors
    Error,
    /// Errors and warnings
    Warning,
    /// Everything
    Info,
    /// Nothing
    Never,
}

impl FailOn {
    /// The least severity, if any.
    pub(super) fn severity(self) -> Option<Severity> {
        match self {
            FailOn::Error => Some(Severity::Error),
            FailOn::Warning => Some(Severity::Warning),
            FailOn::Info => Some(Severity::Info),
            FailOn::Never => None,
        }
    }
}

/// Confidence on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum MinConfidence {
    /// True in some reading of the repository
    Low,
    /// Rests on a likely link
    Medium,
    /// Follows from what is declared
    High,
}

impl From<MinConfidence> for Confidence {
    fn from(value: MinConfidence) -> Confidence {
        match value {
            MinConfidence::Low => Confidence::Low,
            MinConfidence::Medium => Confidence::Medium,
            MinConfidence::High => Confidence::High,
        }
    }
}

/// `name=value` or `value`. A path may hold a `=` of its own: only a first part that could name a cluster counts.
fn named(text: &str) -> (Option<String>, &str) {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() && (!name.contains('/') || name.starts_with("./")) => (Some(name.to_owned()), value),
        _ => (None, text),
    }
}

fn nodes(text: &str) -> Result<(Option<String>, PathBuf), String> {
    let (name, file) = named(text);
    if file.is_empty() { Err("a file is missing".to_owned()) } else { Ok((name, PathBuf::from(file))) }
}

fn architectures(text: &str) -> Result<(Option<String>, Vec<Arch>), String> {
    let (name, list) = named(text);
    let list: Result<Vec<Arch>, String> = list
        .split(',')
        .map(|a| Arch::parse(a.trim()).ok_or_else(|| format!("`{a}` is no CPU architecture; write amd64, arm64, s390x or ppc64le")))
        .collect();
    Ok((name, list?))
}

fn release(text: &str) -> Result<Release, String> {
    Release::parse(text).ok_or_else(|| "write it like 1.17".to_owned())
}

fn output(text: &str) -> Result<(Format, PathBuf), String> {
    let (format, file) = text.split_once('=').filter(|(_, file)| !file.is_empty()).ok_or("write it like json=report.json")?;
    Ok((format.parse()?, PathBuf::from(file)))
}

/// The name of a rule. Shells offer the names; help does not list them.
#[derive(Clone)]
struct RuleName;

impl TypedValueParser for RuleName {
    type Value = String;

    fn parse_ref(&self, command: &clap::Command, arg: Option<&clap::Arg>, value: &OsStr) -> Result<String, clap::Error> {
        rule.parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(crate::rules::names().map(PossibleValue::new)))
    }
}

fn rule(text: &str) -> Result<String, String> {
    match crate::rules::find(text) {
        Some(rule) => Ok(rule.name.to_owned()),
        None => {
            let hint = crate::text::closest(text, crate::rules::names()).map_or(String::new(), |r| format!("; did you mean `{r}`?"));
            Err(format!("there is no such rule{hint}; `hco-lint explain` lists them"))
        }
    }
}
