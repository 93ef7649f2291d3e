//! `completions` and `man`: what a shell and a reader of manuals need to know of the arguments, made from the arguments themselves.

use super::args::Cli;
use super::{exit, say};
use clap::CommandFactory;
use clap_complete::Shell;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use std::io::{self, Write};

/// Prints the completion script of a shell.
pub(super) fn completions(shell: Shell) -> io::Result<u8> {
    io::stdout().lock().write_all(script(shell).as_bytes())?;
    Ok(exit::OK)
}

fn script(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "hco-lint", &mut script);
    // In bash, clap_complete spells a program with a hyphen in two ways, and no command has options: github.com/clap-rs/clap/issues/6421.
    String::from_utf8_lossy(&script).replace("hco__subcmd__lint", "hco__lint")
}

/// Prints the manual page of a command, or of the program.
pub(super) fn man(command: Option<&str>) -> io::Result<u8> {
    let mut program = Cli::command();
    program.build();
    let page = match command {
        None => program,
        Some(name) => match program.find_subcommand(name) {
            Some(command) => command.clone(),
            None => {
                let names = program.get_subcommands().map(clap::Command::get_name);
                let hint = crate::text::closest(name, names).map_or(String::new(), |n| format!("; did you mean `{n}`?"));
                say(&format!("there is no command `{name}`{hint}"))?;
                return Ok(exit::USAGE);
            }
        },
    };
    let mut text = Vec::new();
    Man::new(page).source(concat!("hco-lint ", env!("CARGO_PKG_VERSION"))).manual("hco-lint").render(&mut text)?;
    exit_status(&mut text)?;
    io::stdout().lock().write_all(&text)?;
    Ok(exit::OK)
}

fn exit_status(out: &mut dyn Write) -> io::Result<()> {
    let mut roff = Roff::new();
    roff.control("SH", ["EXIT STATUS"]);
    for (code, meaning) in exit::MEANINGS {
        roff.control("TP", []);
        roff.text([bold(code.to_string())]);
        roff.text([roman(meaning)]);
    }
    roff.to_writer(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn every_option(command: &clap::Command, out: &mut Vec<String>) {
        out.extend(command.get_arguments().filter_map(|a| a.get_long()).map(|long| format!("--{long}")));
        command.get_subcommands().for_each(|c| every_option(c, out));
    }

    #[test]
    fn scripts_know_every_option_command_and_rule() {
        let mut program = Cli::command();
        program.build();
        let mut options = Vec::new();
        every_option(&program, &mut options);
        assert!(options.len() > 40, "{options:?}");
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let script = script(shell);
            let fish = |option: &str| if shell == Shell::Fish { option.replacen("--", "-l ", 1) } else { option.to_owned() };
            for option in &options {
                assert!(script.contains(&fish(option)), "{shell}: {option}");
            }
            let commands = program.get_subcommands().map(|c| c.get_name().to_owned());
            for word in commands.chain(crate::rules::names().map(str::to_owned)) {
                assert!(script.contains(&word), "{shell}: {word}");
            }
        }
    }
}
