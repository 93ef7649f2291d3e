//! `check` and `topology`: from arguments to a run, from its outcome to text and an exit code.

use super::args::{CheckArgs, Color, InputArgs, TopologyArgs, TopologyFormat};
use super::progress::Progress;
use super::settings::{settings, stdin};
use super::{exit, say};
use crate::config::ConfigError;
use crate::finding::{Confidence, Severity};
use crate::outcome::Outcome;
use crate::report::{Format, Options, RuleInfo, Verbosity, harmless, topology as table};
use crate::rules;
use crate::run::{self, RunError, Settings};
use crate::source::Source;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

/// Rules that people read as one line of the summary, unless the configuration raises their severity.
const FOLDED: [&str; 2] = ["unknown-architectures", "unresolved"];

/// Lints and reports.
pub(super) fn check(args: &CheckArgs) -> io::Result<u8> {
    let settings = match settings(&args.input, Some(args)) {
        Ok(settings) => settings,
        Err(code) => return Ok(code),
    };
    if args.list_files {
        return match run::list_files(&settings) {
            Ok(files) => {
                let mut out = io::stdout().lock();
                files.iter().try_for_each(|f| writeln!(out, "{}", harmless::line(f)))?;
                Ok(exit::OK)
            }
            Err(error) => failed(&error),
        };
    }
    let progress = Progress::start(&settings.stage, args.input.quiet);
    let outcome = super::mend::outcome(&settings, &args.fix);
    drop(progress);
    let (mut outcome, mended) = match outcome {
        Ok(found) => found,
        Err(error) => return failed(&error),
    };
    if let Some(failure) = settings.scope.failure() {
        say(failure)?;
    }
    if args.fix.diff {
        return super::mend::diff(&mended, options(&args.input, &[], Format::Human).color);
    }
    let written = super::mend::write(&mended)?;
    let mut failed = written.failed;
    // What could not be mended in the files is still there, and no baseline of what is left would know it.
    if let Some(path) = args.baseline.write_baseline.as_deref().filter(|_| !failed) {
        failed = !super::baseline::write(path, &mut outcome)?;
    }
    let urls: Vec<String> = rules::ALL.iter().map(rules::Rule::url).collect();
    let infos = infos(&urls);
    let folded: Vec<&str> =
        FOLDED.into_iter().filter(|rule| outcome.findings.iter().all(|f| f.rule != *rule || f.severity == Severity::Info)).collect();
    let mut options = options(&args.input, &infos, args.format);
    options.folded = &folded;
    options.fail_on = args.fail_on.severity();
    options.suppressed = args.sarif_suppressed;
    if written.stream {
        args.format.write(&mut io::stderr().lock(), &outcome, &Options { color: false, links: false, ..options })?;
    } else {
        args.format.write(&mut io::stdout().lock(), &outcome, &options)?;
    }
    for (format, path) in &args.output {
        let plain = Options { color: false, links: false, ..options };
        let mut file = std::fs::File::create(path).map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", path.display())))?;
        format.write(&mut file, &outcome, &plain)?;
    }
    Ok(if failed { exit::INCOMPLETE } else { code(&outcome, options.fail_on) })
}

/// Prints what a Kustomize root yields.
fn render(args: &TopologyArgs, directory: &Path) -> io::Result<u8> {
    let settings = match settings(&args.input, None) {
        Ok(settings) => Settings { paths: vec![directory.to_path_buf()], ..settings },
        Err(code) => return Ok(code),
    };
    match run::render(&settings) {
        Ok((objects, refused)) => {
            let mut out = io::stdout().lock();
            serde_json::to_writer_pretty(&mut out, &objects)?;
            writeln!(out)?;
            refused.iter().try_for_each(|r| say(r))?;
            Ok(if refused.is_empty() { exit::OK } else { exit::INCOMPLETE })
        }
        Err(error) => failed(&error),
    }
}

/// Shows the clusters.
pub(super) fn topology(args: &TopologyArgs) -> io::Result<u8> {
    if let Some(directory) = &args.render {
        return render(args, directory);
    }
    let settings = match settings(&args.input, None) {
        Ok(settings) => settings,
        Err(code) => return Ok(code),
    };
    let progress = Progress::start(&settings.stage, args.input.quiet);
    let outcome = run::run(&settings);
    drop(progress);
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(error) => return failed(&error),
    };
    let mut out = io::stdout().lock();
    match args.format {
        TopologyFormat::Human => table::write(&mut out, &outcome, &options(&args.input, &[], Format::Human))?,
        TopologyFormat::Json => table::write_json(&mut out, &outcome)?,
    }
    Ok(code(&outcome, None))
}

/// Reduces a dump of Nodes.
pub(super) fn snapshot(file: Option<&Path>) -> io::Result<u8> {
    let text = match file.filter(|f| *f != Path::new("-")) {
        Some(file) => std::fs::read_to_string(file).map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", file.display())))?,
        None => stdin()?,
    };
    match crate::nodes::snapshot::snapshot(&text) {
        Ok(list) => {
            io::stdout().lock().write_all(list.as_bytes())?;
            Ok(exit::OK)
        }
        Err(error) => {
            say(&format!("{error}"))?;
            Ok(exit::USAGE)
        }
    }
}

fn infos(urls: &[String]) -> Vec<RuleInfo<'_>> {
    rules::ALL
        .iter()
        .zip(urls)
        .map(|(rule, url)| RuleInfo {
            name: rule.name,
            title: rule.page.title(),
            severity: rule.page.meta().severity,
            page: rule.page.body(),
            url: Some(url.as_str()),
        })
        .collect()
}

fn options<'a>(input: &InputArgs, rules: &'a [RuleInfo<'a>], format: Format) -> Options<'a> {
    let terminal = io::stdout().is_terminal();
    let color = match input.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => anstream::AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never,
    };
    let width = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok()).unwrap_or(140);
    Options {
        color: color && matches!(format, Format::Human | Format::Concise),
        links: terminal && color,
        width,
        verbosity: match (input.quiet, input.verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        },
        rules,
        ..Options::default()
    }
}

fn code(outcome: &Outcome, fail_on: Option<Severity>) -> u8 {
    let fails = |s: Severity| outcome.findings.iter().any(|f| f.severity >= s && f.confidence > Confidence::Low);
    if fail_on.is_some_and(fails) {
        exit::FINDINGS
    } else if !outcome.summary.unreadable.is_empty() {
        exit::INCOMPLETE
    } else if outcome.summary.files == 0 {
        exit::NOTHING
    } else {
        exit::OK
    }
}

fn failed(error: &RunError) -> io::Result<u8> {
    match error {
        RunError::Usage(messages) => messages.iter().try_for_each(|m| say(m))?,
        RunError::Config(source, errors) => errors.iter().try_for_each(|e| config_error(&mut io::stderr().lock(), source, e))?,
    }
    Ok(exit::USAGE)
}

fn config_error(out: &mut dyn Write, source: &Source, error: &ConfigError) -> io::Result<()> {
    let at = source.position(error.span.start as usize);
    writeln!(out, "{}", harmless::line(&format!("{}:{}:{}: {}", source.path, at.line, at.column, error.message)))
}
