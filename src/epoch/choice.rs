//! Where an epoch comes from: a flag, the environment, git or the default.

use std::ffi::OsStr;
use std::path::Path;
use std::str::FromStr;

use super::{Epoch, Error, of_last_commit};

/// The value of a flag that sets the epoch: seconds since 1970, or `git` for the last commit's time.
///
/// ```
/// use pyrepro::epoch::{Epoch, EpochChoice};
///
/// assert_eq!("git".parse::<EpochChoice>()?, EpochChoice::LastCommit);
/// assert_eq!("7".parse::<EpochChoice>()?, EpochChoice::At(Epoch::from_seconds(7)));
/// # Ok::<(), pyrepro::epoch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EpochChoice {
    /// This time.
    At(Epoch),
    /// The time of the last commit.
    LastCommit,
}

/// What decided an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EpochSource {
    /// Nothing did, so it is [`Epoch::DEFAULT`].
    Default,
    /// SOURCE_DATE_EPOCH in the environment.
    Environment,
    /// A number that the user gave for this run.
    Given,
    /// The last commit.
    Git,
}

/// The epoch of a run, and what decided it.
///
/// ```
/// use pyrepro::epoch::{self, Epoch};
///
/// let decided = epoch::decide(None, None, ".".as_ref())?;
/// assert_eq!((decided.epoch, decided.if_given()), (Epoch::DEFAULT, None));
/// # Ok::<(), pyrepro::epoch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DecidedEpoch {
    /// The time.
    pub epoch: Epoch,
    /// What decided it.
    pub source: EpochSource,
}

impl DecidedEpoch {
    /// The time, unless nobody asked for one.
    pub fn if_given(self) -> Option<Epoch> {
        (self.source != EpochSource::Default).then_some(self.epoch)
    }

    /// Another time that the same source decided, such as the nearest one that a format can hold.
    pub fn moved_to(self, epoch: Epoch) -> DecidedEpoch {
        DecidedEpoch { epoch, ..self }
    }
}

impl FromStr for EpochChoice {
    type Err = Error;

    fn from_str(text: &str) -> Result<EpochChoice, Error> {
        if text == "git" {
            return Ok(EpochChoice::LastCommit);
        }
        Epoch::parse(text).map(EpochChoice::At).map_err(|_| Error::NotAChoice(text.to_owned()))
    }
}

/// The epoch of a run, and what decided it: the user's choice, else the value of SOURCE_DATE_EPOCH,
/// else the default. Git, if chosen, is asked in `folder`.
///
/// ```
/// use pyrepro::epoch::{self, Epoch, EpochSource};
///
/// let decided = epoch::decide(None, Some("7".as_ref()), ".".as_ref())?;
/// assert_eq!((decided.epoch, decided.source), (Epoch::from_seconds(7), EpochSource::Environment));
/// # Ok::<(), pyrepro::epoch::Error>(())
/// ```
pub fn decide(
    choice: Option<EpochChoice>,
    variable: Option<&OsStr>,
    folder: &Path,
) -> Result<DecidedEpoch, Error> {
    let (epoch, source) = match choice {
        Some(EpochChoice::At(epoch)) => (epoch, EpochSource::Given),
        Some(EpochChoice::LastCommit) => (of_last_commit(folder)?, EpochSource::Git),
        None => match Epoch::from_variable(variable)? {
            Some(epoch) => (epoch, EpochSource::Environment),
            None => (Epoch::DEFAULT, EpochSource::Default),
        },
    };
    Ok(DecidedEpoch { epoch, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_digits_or_git() {
        for text in ["", "Git", "git ", "-1", "HEAD"] {
            let message = text.parse::<EpochChoice>().unwrap_err().to_string();
            assert!(message.starts_with(&format!("{text:?} is neither")), "{message}");
        }
    }

    #[test]
    fn the_choice_beats_the_environment_and_the_environment_the_default() {
        let decide = |choice, variable: Option<&str>| {
            super::decide(choice, variable.map(OsStr::new), Path::new("nowhere"))
                .map(|decided| (decided.epoch, decided.source))
        };
        let seven = EpochChoice::At(Epoch::from_seconds(7));
        assert_eq!(decide(Some(seven), Some("junk")).unwrap(), (Epoch::from_seconds(7), EpochSource::Given));
        assert_eq!(decide(None, Some("8")).unwrap(), (Epoch::from_seconds(8), EpochSource::Environment));
        assert_eq!(decide(None, Some("")).unwrap(), (Epoch::DEFAULT, EpochSource::Default));
        assert_eq!(decide(None, None).unwrap(), (Epoch::DEFAULT, EpochSource::Default));
        assert!(decide(None, Some("junk")).is_err());
    }
}
