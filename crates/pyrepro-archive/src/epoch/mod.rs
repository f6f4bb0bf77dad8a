//! SOURCE_DATE_EPOCH as a type: the one time that artifacts carry.

mod calendar;

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::ops::RangeInclusive;
use std::time::{Duration, SystemTime};

use calendar::Moment;

/// Seconds since 1970-01-01T00:00:00Z, never before it.
///
/// ```
/// use pyrepro_archive::epoch::Epoch;
///
/// let epoch = Epoch::parse("1577836800")?;
/// assert_eq!(epoch.to_string(), "2020-01-01T00:00:00Z");
/// assert_eq!(epoch.dos_date_time(), (40 << 9 | 1 << 5 | 1, 0));
/// # Ok::<(), pyrepro_archive::epoch::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(transparent)]
pub struct Epoch(u64);

/// A time that a format can hold, and whether it had to be changed for that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clamped {
    /// The nearest time that the format holds.
    pub epoch: Epoch,
    /// Whether that is another time than the one asked for, which deserves a warning.
    pub changed: bool,
}

impl Epoch {
    /// The time in artifacts where nobody asks for another: 1980-01-01T00:00:00Z.
    ///
    /// ```
    /// # use pyrepro_archive::epoch::Epoch;
    /// assert_eq!(Epoch::DEFAULT.to_string(), "1980-01-01T00:00:00Z");
    /// ```
    pub const DEFAULT: Epoch = Epoch(315_532_800);

    /// What the DOS times of zip members hold: the years 1980 to 2107.
    ///
    /// ```
    /// # use pyrepro_archive::epoch::Epoch;
    /// assert_eq!(Epoch::DOS.end().to_string(), "2107-12-31T23:59:58Z");
    /// ```
    pub const DOS: RangeInclusive<Epoch> = Epoch::DEFAULT..=Epoch(4_354_819_198);

    /// What a tar header holds in its eleven octal digits, and every file system we meet can store.
    ///
    /// ```
    /// # use pyrepro_archive::epoch::Epoch;
    /// assert_eq!(Epoch::TAR.end().to_string(), "2242-03-16T12:56:31Z");
    /// ```
    pub const TAR: RangeInclusive<Epoch> = Epoch(0)..=Epoch(0o77_777_777_777);

    /// This many seconds after the start of 1970.
    ///
    /// ```
    /// # use pyrepro_archive::epoch::Epoch;
    /// assert_eq!(Epoch::from_seconds(315_532_800), Epoch::DEFAULT);
    /// ```
    pub const fn from_seconds(seconds: u64) -> Epoch {
        Epoch(seconds)
    }

    /// The seconds since the start of 1970.
    ///
    /// ```
    /// # use pyrepro_archive::epoch::Epoch;
    /// assert_eq!(Epoch::DEFAULT.seconds(), 315_532_800);
    /// ```
    pub const fn seconds(self) -> u64 {
        self.0
    }

    /// Reads a non-negative integer, which means ASCII digits and nothing else. One that needs more
    /// than 64 bits becomes the largest that does not: no format holds either.
    ///
    /// ```
    /// # use pyrepro_archive::epoch::Epoch;
    /// assert_eq!(Epoch::parse("1180591620717411303424")?.seconds(), u64::MAX);
    /// assert!(Epoch::parse("-1").is_err());
    /// assert!(Epoch::parse("").is_err());
    /// # Ok::<(), pyrepro_archive::epoch::Error>(())
    /// ```
    pub fn parse(text: impl AsRef<OsStr>) -> Result<Epoch, Error> {
        let text = text.as_ref();
        seconds_in(text.as_encoded_bytes()).ok_or_else(|| Error::NotSeconds(text.to_owned()))
    }

    /// Reads the value of the environment variable SOURCE_DATE_EPOCH, where an empty one counts as unset.
    ///
    /// ```
    /// # use pyrepro_archive::epoch::Epoch;
    /// assert_eq!(Epoch::from_variable(None)?, None);
    /// assert_eq!(Epoch::from_variable(Some("".as_ref()))?, None);
    /// assert_eq!(Epoch::from_variable(Some("7".as_ref()))?, Some(Epoch::from_seconds(7)));
    /// # Ok::<(), pyrepro_archive::epoch::Error>(())
    /// ```
    pub fn from_variable(value: Option<&OsStr>) -> Result<Option<Epoch>, Error> {
        value.filter(|value| !value.is_empty()).map(Epoch::parse).transpose()
    }

    /// The nearest time within a range such as [`Epoch::DOS`] or [`Epoch::TAR`].
    ///
    /// ```
    /// # use pyrepro_archive::epoch::Epoch;
    /// let clamped = Epoch::from_seconds(0).clamp_to(Epoch::DOS);
    /// assert_eq!(clamped.epoch, Epoch::DEFAULT);
    /// assert!(clamped.changed);
    /// ```
    pub fn clamp_to(self, range: RangeInclusive<Epoch>) -> Clamped {
        let epoch = self.clamp(*range.start(), *range.end());
        Clamped { epoch, changed: epoch != self }
    }

    /// The date and time fields of a zip member, in UTC, with the odd second cut off. A time outside
    /// of [`Epoch::DOS`] gives the nearest inside.
    ///
    /// ```
    /// # use pyrepro_archive::epoch::Epoch;
    /// assert_eq!(Epoch::DEFAULT.dos_date_time(), (0x0021, 0x0000));
    /// ```
    pub fn dos_date_time(self) -> (u16, u16) {
        Moment::at(self.clamp_to(Epoch::DOS).epoch.0).in_dos_fields()
    }

    /// The earliest time whose date and time fields in a zip member are these.
    ///
    /// ```
    /// # use pyrepro_archive::epoch::Epoch;
    /// assert_eq!(Epoch::from_dos_date_time((0x0021, 0x0000)), Some(Epoch::DEFAULT));
    /// assert_eq!(Epoch::from_dos_date_time((0, 0)), None); // no month is the 0th
    /// ```
    pub fn from_dos_date_time(fields: (u16, u16)) -> Option<Epoch> {
        // The fields grow with the time, so a search finds it without a second calendar.
        let (mut low, mut high) = (Epoch::DOS.start().0, Epoch::DOS.end().0);
        while low < high {
            let middle = low + (high - low) / 2;
            if Epoch(middle).dos_date_time() < fields {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Some(Epoch(low)).filter(|epoch| epoch.dos_date_time() == fields)
    }

    /// Year, month and day in UTC.
    ///
    /// ```
    /// use pyrepro_archive::epoch::Epoch;
    ///
    /// assert_eq!(Epoch::from_seconds(1_577_836_800).date(), (2020, 1, 1));
    /// ```
    pub fn date(self) -> (u64, u64, u64) {
        Moment::at(self.0).date()
    }

    /// The time for a file's modification time. A time outside of [`Epoch::TAR`] gives the nearest inside.
    ///
    /// ```
    /// # use pyrepro_archive::epoch::Epoch;
    /// # use std::time::{Duration, UNIX_EPOCH};
    /// assert_eq!(Epoch::from_seconds(7).as_system_time(), UNIX_EPOCH + Duration::from_secs(7));
    /// ```
    pub fn as_system_time(self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(self.clamp_to(Epoch::TAR).epoch.0)
    }
}

/// The number that these digits write in base ten, or as much of it as 64 bits hold.
fn seconds_in(digits: &[u8]) -> Option<Epoch> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let append =
        |seconds: u64, digit: &u8| seconds.saturating_mul(10).saturating_add(u64::from(digit - b'0'));
    Some(Epoch(digits.iter().fold(0, append)))
}

/// As RFC 3339 has it, in UTC.
impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Moment::at(self.0).fmt(f)
    }
}

/// Why a text is no epoch.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The environment variable holds something else than digits.
    #[error(
        "SOURCE_DATE_EPOCH is {0:?}, but must be a non-negative integer, the seconds since 1970, such as \
         1577836800; set it to what `date +%s` prints, or unset it for {default}",
        default = Epoch::DEFAULT
    )]
    NotSeconds(OsString),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_alone_are_an_epoch() {
        let accepted = [
            ("0", 0),
            ("007", 7),
            ("1577836800", 1_577_836_800),
            ("18446744073709551615", u64::MAX),
            ("18446744073709551616", u64::MAX),
            ("1180591620717411303424", u64::MAX),
        ];
        for (text, seconds) in accepted {
            assert_eq!(Epoch::parse(text).unwrap().seconds(), seconds, "{text}");
        }
    }

    #[test]
    fn anything_else_is_an_error_that_shows_it_and_says_what_to_do() {
        for text in ["", " 1", "1 ", "1\n", "+1", "-1", "1e9", "1.0", "1_000", "0x10", "junk", "git", "١"] {
            let message = Epoch::parse(text).unwrap_err().to_string();
            assert!(message.starts_with(&format!("SOURCE_DATE_EPOCH is {text:?}")), "{message}");
            assert!(message.contains("non-negative integer") && message.contains("unset it"), "{message}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_value_that_is_not_utf_8_is_an_error_that_shows_it() {
        use std::os::unix::ffi::OsStrExt;
        let message = Epoch::from_variable(Some(OsStr::from_bytes(b"1\xff"))).unwrap_err().to_string();
        assert!(message.contains(r#""1\xFF""#), "{message}");
    }

    #[test]
    fn times_that_a_format_lacks_are_clamped_and_told_of() {
        let dos = [
            (0, 315_532_800, true),
            (315_532_799, 315_532_800, true),
            (315_532_800, 315_532_800, false),
            (4_354_819_198, 4_354_819_198, false),
            (4_354_819_199, 4_354_819_198, true),
            (u64::MAX, 4_354_819_198, true),
        ];
        for (given, seconds, changed) in dos {
            let expected = Clamped { epoch: Epoch(seconds), changed };
            assert_eq!(Epoch(given).clamp_to(Epoch::DOS), expected, "{given}");
        }
        assert!(!Epoch(0).clamp_to(Epoch::TAR).changed);
        assert!(!Epoch(8_u64.pow(11) - 1).clamp_to(Epoch::TAR).changed);
        assert!(Epoch(8_u64.pow(11)).clamp_to(Epoch::TAR).changed);
    }

    #[test]
    fn dos_fields_hold_the_whole_range_and_nothing_beyond() {
        let date = |year: u16, month: u16, day: u16| (year - 1980) << 9 | month << 5 | day;
        let time = |hour: u16, minute: u16, second: u16| hour << 11 | minute << 5 | (second / 2);
        let known = [
            (0, date(1980, 1, 1), 0),
            (951_827_696, date(2000, 2, 29), time(12, 34, 56)),
            (951_827_697, date(2000, 2, 29), time(12, 34, 56)),
            (4_354_819_198, date(2107, 12, 31), time(23, 59, 58)),
            (u64::MAX, date(2107, 12, 31), time(23, 59, 58)),
        ];
        for (seconds, date, time) in known {
            assert_eq!(Epoch(seconds).dos_date_time(), (date, time), "{seconds}");
        }
    }

    #[test]
    fn every_epoch_has_a_system_time() {
        let latest = SystemTime::UNIX_EPOCH + Duration::from_secs(8_u64.pow(11) - 1);
        assert_eq!(Epoch(u64::MAX).as_system_time(), latest);
    }
}
