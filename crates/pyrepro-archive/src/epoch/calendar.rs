//! The civil calendar: seconds since 1970 as date and time in UTC.

use std::fmt;

const DAYS_IN_400_YEARS: u64 = 146_097;
/// A century ends in February of a year that is no leap year, save each fourth one.
const DAYS_IN_CENTURY: u64 = 36_524;
const DAYS_IN_4_YEARS: u64 = 1_461;
/// From 0000-03-01 to 1970-01-01.
const DAYS_BEFORE_1970: u64 = 719_468;
/// The months from March on; how long February is does not matter to whoever counts to it.
const MONTH_LENGTHS: [u64; 11] = [31, 30, 31, 30, 31, 31, 30, 31, 30, 31, 31];

/// A second, as calendars and clocks name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    year: u64,
    month: u64,
    day: u64,
    hour: u64,
    minute: u64,
    second: u64,
}

impl Moment {
    pub(super) fn at(seconds: u64) -> Moment {
        let (year, month, day) = date(seconds / 86_400);
        let second = seconds % 86_400;
        Moment { year, month, day, hour: second / 3600, minute: second / 60 % 60, second: second % 60 }
    }

    pub(super) fn date(self) -> (u64, u64, u64) {
        (self.year, self.month, self.day)
    }

    /// The date and the time as MS-DOS packs them. The year must be one of 1980 to 2107.
    pub(super) fn in_dos_fields(self) -> (u16, u16) {
        let date = (self.year - 1980) << 9 | self.month << 5 | self.day;
        let time = self.hour << 11 | self.minute << 5 | (self.second / 2);
        (date as u16, time as u16)
    }
}

/// Years are counted from March here, so that the leap day is the last of its year, its four years
/// and its four centuries, and each of these is cut off by a division.
fn date(days_since_1970: u64) -> (u64, u64, u64) {
    let days = days_since_1970 + DAYS_BEFORE_1970;
    let (cycle, days) = (days / DAYS_IN_400_YEARS, days % DAYS_IN_400_YEARS);
    let century = (days / DAYS_IN_CENTURY).min(3);
    let days = days - century * DAYS_IN_CENTURY;
    let (leap_cycle, days) = (days / DAYS_IN_4_YEARS, days % DAYS_IN_4_YEARS);
    let year = (days / 365).min(3);
    let mut days = days - year * 365;

    let mut month = 3;
    for length in MONTH_LENGTHS {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    let year = cycle * 400 + century * 100 + leap_cycle * 4 + year;
    if month > 12 { (year + 1, month - 12, days + 1) } else { (year, month, days + 1) }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Moment { year, month, day, hour, minute, second } = self;
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_from_1970_to_2410_follows_the_one_before() {
        let mut expected = (1970, 1, 1);
        for days in 0..440 * 365 {
            assert_eq!(date(days), expected);
            expected = day_after(expected);
        }
    }

    fn day_after((year, month, day): (u64, u64, u64)) -> (u64, u64, u64) {
        let leap = year % 4 == 0 && year % 100 != 0 || year % 400 == 0;
        let length = match month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        match (month, day) {
            (12, 31) => (year + 1, 1, 1),
            _ if day == length => (year, month + 1, 1),
            _ => (year, month, day + 1),
        }
    }

    #[test]
    fn known_moments_have_their_names() {
        let known = [
            (0, "1970-01-01T00:00:00Z"),
            (951_827_696, "2000-02-29T12:34:56Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (4_107_455_999, "2100-02-27T23:59:59Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (4_354_819_199, "2107-12-31T23:59:59Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
            (u64::MAX, "584554051223-11-09T07:00:15Z"),
        ];
        for (seconds, name) in known {
            assert_eq!(Moment::at(seconds).to_string(), name);
        }
    }
}
