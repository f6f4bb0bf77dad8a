//! What can be changed around a build.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use super::Request;
use super::surroundings::Surroundings;

/// Something that a build must not depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Variation {
    /// What Python's hashes of strings begin with, which the order of sets depends on.
    HashSeed,
    /// The time zone.
    TimeZone,
    /// The language, and how text is encoded.
    Locale,
    /// Which rights new files do not have, and which those of the source have.
    Umask,
    /// Where the source is.
    Path,
    /// Who builds.
    User,
    /// The order in which the files of the source were created.
    FileOrder,
    /// When the files of the source were changed.
    FileTimes,
    /// What time it is.
    Clock,
    /// How many files are worked on at a time.
    Jobs,
    /// What the processor can do.
    Processor,
    /// What compiles: an interpreter in place of the built-in compiler.
    Compiler,
    /// All of these at once.
    Together,
}

/// Why a variation cannot be tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unavailable(pub String);

/// East of and west of Greenwich, where another day begins.
const ZONES: [&str; 4] = ["XXX-14", "XXX+12", "XXX-5:45", "CET-1CEST"];
const LOCALES: [&str; 3] = ["tr_TR.UTF-8", "C", "de_DE.ISO-8859-1"];
const UMASKS: [u32; 3] = [0o077, 0o002, 0o000];
const JOBS: [u16; 3] = [1, 7, 3];
/// Without the instructions of today, and with all that there are.
const PROCESSORS: [&str; 3] = ["qemu64", "max", "Haswell"];
const CLOCKS: [&str; 3] = ["+400d", "-3000d", "+5000d"];

impl Variation {
    /// All, the simplest first.
    pub const ALL: [Variation; 13] = [
        Variation::HashSeed,
        Variation::TimeZone,
        Variation::Locale,
        Variation::Umask,
        Variation::Path,
        Variation::User,
        Variation::FileOrder,
        Variation::FileTimes,
        Variation::Clock,
        Variation::Jobs,
        Variation::Processor,
        Variation::Compiler,
        Variation::Together,
    ];

    /// What it is called.
    ///
    /// ```
    /// use pyrepro::prove::Variation;
    ///
    /// assert_eq!(Variation::HashSeed.name(), "hash-seed");
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            Variation::HashSeed => "hash-seed",
            Variation::TimeZone => "time-zone",
            Variation::Locale => "locale",
            Variation::Umask => "umask",
            Variation::Path => "path",
            Variation::User => "user",
            Variation::FileOrder => "file-order",
            Variation::FileTimes => "file-times",
            Variation::Clock => "clock",
            Variation::Jobs => "jobs",
            Variation::Processor => "processor",
            Variation::Compiler => "compiler",
            Variation::Together => "together",
        }
    }

    /// Changes the surroundings of a build, and says what is other than in the first.
    pub(super) fn apply(
        self,
        around: &mut Surroundings,
        round: usize,
        request: &Request,
    ) -> Result<String, Unavailable> {
        let pick = round - 1;
        match self {
            Variation::HashSeed => {
                let seed = (round * 1_234_567).to_string();
                set(around, "PYTHONHASHSEED", &seed);
                Ok(format!("PYTHONHASHSEED={seed}, where it was 0"))
            }
            Variation::TimeZone => {
                let zone = ZONES[pick % ZONES.len()];
                set(around, "TZ", zone);
                Ok(format!("TZ={zone}, where it was UTC"))
            }
            Variation::Locale => {
                let locale = LOCALES[pick % LOCALES.len()];
                set(around, "LC_ALL", locale);
                Ok(format!("LC_ALL={locale}, where it was C.UTF-8"))
            }
            Variation::Umask => {
                around.umask = UMASKS[pick % UMASKS.len()];
                around.making.private = around.umask == 0o077;
                Ok(format!("umask {:03o}, where it was 022", around.umask))
            }
            Variation::Path => {
                around.source = PathBuf::from(format!("a deeper/and-längere/path-{round}")).join("src");
                Ok("another folder, with other letters in its name".to_owned())
            }
            Variation::User => {
                around.home = PathBuf::from(format!("home of/somebody-{round}"));
                set(around, "USER", "somebody");
                set(around, "LOGNAME", "somebody");
                Ok("another name and home folder".to_owned())
            }
            Variation::FileOrder => {
                around.making.shuffled = Some(round);
                Ok("files created in another order".to_owned())
            }
            Variation::FileTimes => {
                around.making.times = Some(1_000_000_000 + 86_400 * round as i64);
                Ok("files changed at other times".to_owned())
            }
            Variation::Clock => clock(around, CLOCKS[pick % CLOCKS.len()], request),
            Variation::Jobs => jobs(around, JOBS[pick % JOBS.len()], request),
            Variation::Processor => processor(around, PROCESSORS[pick % PROCESSORS.len()], request),
            Variation::Compiler => compiler(around, request),
            Variation::Together => Ok(together(around, round, request)),
        }
    }
}

fn set(around: &mut Surroundings, name: &'static str, value: &str) {
    around.variables.insert(name, value.into());
}

fn clock(around: &mut Surroundings, shift: &str, request: &Request) -> Result<String, Unavailable> {
    let faketime = find("faketime", request).ok_or(Unavailable("faketime is not installed".to_owned()))?;
    around.through.splice(0..0, [faketime.into_os_string(), "-f".into(), shift.into()]);
    Ok(format!("the clock {shift}"))
}

fn jobs(around: &mut Surroundings, jobs: u16, request: &Request) -> Result<String, Unavailable> {
    let is_jobs = |argument: &OsString| {
        let text = argument.to_string_lossy();
        text == "--jobs" || text.starts_with("--jobs=") || text.starts_with("-j")
    };
    if request.arguments.iter().any(is_jobs) {
        return Err(Unavailable("the options of the build set it".to_owned()));
    }
    around.jobs = Some(jobs);
    Ok(format!("{jobs} at a time"))
}

fn processor(around: &mut Surroundings, model: &str, request: &Request) -> Result<String, Unavailable> {
    if std::env::consts::ARCH != "x86_64" {
        return Err(Unavailable("models of processors are known for x86_64 only".to_owned()));
    }
    let names = ["qemu-x86_64", "qemu-x86_64-static"];
    let qemu = names.iter().find_map(|name| find(name, request));
    let qemu = qemu.ok_or(Unavailable("qemu-user is not installed".to_owned()))?;
    around.through.extend([qemu.into_os_string(), "-cpu".into(), model.into()]);
    Ok(format!("pyrepro on the processor {model}, which qemu plays"))
}

fn compiler(around: &mut Surroundings, request: &Request) -> Result<String, Unavailable> {
    if let Some(why) = &request.only_compiler {
        return Err(Unavailable(why.clone()));
    }
    set(around, "PYREPRO_COMPILER", "interpreter");
    Ok("PYREPRO_COMPILER=interpreter, where it was auto".to_owned())
}

/// Applies all others that can be, and says which.
fn together(around: &mut Surroundings, round: usize, request: &Request) -> String {
    let others = Variation::ALL.into_iter().filter(|variation| *variation != Variation::Together);
    let applied = others.filter(|variation| variation.apply(around, round, request).is_ok());
    format!("{} changes", applied.count())
}

/// Where a program is.
fn find(name: &str, request: &Request) -> Option<PathBuf> {
    let folders = std::env::split_paths(OsStr::new(&request.path));
    folders.map(|folder| folder.join(name)).find(|path| path.is_file())
}
