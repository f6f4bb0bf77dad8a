//! Completions and manual pages name every verb and option that there is.

use std::process::Command;

use crate::common::app::stdout_of;
use crate::common::pyrepro;
use crate::common::tree::Tree;

/// The verbs that `--help` lists.
fn verbs() -> Vec<String> {
    let help = stdout_of(pyrepro().arg("--help"));
    let commands = help.lines().skip_while(|line| !line.starts_with("Commands:")).skip(1);
    let lines = commands.take_while(|line| line.starts_with(' ')).filter(|line| !line.starts_with("   "));
    let verbs: Vec<String> = lines
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .filter(|verb| verb != "help")
        .collect();
    assert!(verbs.len() > 5, "{help}");
    verbs
}

#[test]
fn there_is_a_page_for_the_program_and_for_every_verb() {
    let tree = Tree::new();
    let folder = tree.path().join("man1");
    stdout_of(pyrepro().args(["man", "-o"]).arg(&folder));
    for verb in verbs() {
        let file = std::fs::read_to_string(folder.join(format!("pyrepro-{verb}.1"))).expect("a page");
        assert_eq!(stdout_of(pyrepro().args(["man", &verb])), file);
        assert!(file.contains(".SH SYNOPSIS") && file.contains(&format!("pyrepro\\-{verb}")), "{file}");
        // A global option, which each verb has.
        assert!(file.contains("\\-\\-format"), "{verb}");
        // Examples, a line each.
        assert!(file.lines().any(|line| line.starts_with(&format!("  pyrepro {verb}"))), "{verb}");
    }
    let program = std::fs::read_to_string(folder.join("pyrepro.1")).expect("a page");
    assert!(verbs().iter().all(|verb| program.contains(&format!("pyrepro\\-{verb}(1)"))), "{program}");
}

#[test]
fn a_page_of_no_verb_is_refused() {
    let output = pyrepro().args(["man", "fly"]).output().expect("a run");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("there is no verb \"fly\""));
}

#[test]
fn completions_know_every_verb_in_every_shell() {
    // How each shell's script offers a verb: `manifest` must not pass for `man`.
    for (shell, before, after) in [
        ("bash", "pyrepro,", ")"),
        ("elvish", "cand ", " '"),
        ("fish", "-a \"", "\""),
        ("powershell", "CompletionResult]::new('", "', "),
        ("zsh", "(", ")\n"),
    ] {
        let script = stdout_of(pyrepro().args(["completions", shell]));
        for verb in verbs() {
            assert!(script.contains(&format!("{before}{verb}{after}")), "{shell} does not know {verb}");
        }
    }
}

#[test]
fn bash_takes_its_completions() {
    let script = stdout_of(pyrepro().args(["completions", "bash"]));
    let program = format!(
        "{script}\nCOMP_WORDS=(pyrepro comp); COMP_CWORD=1; _pyrepro pyrepro comp pyrepro; echo \"${{COMPREPLY[@]}}\""
    );
    let Ok(output) = Command::new("bash").args(["--norc", "-c", &program]).output() else {
        return crate::common::skip("bash", "nothing takes the completions");
    };
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "compile completions");
}
