//! Pax headers: records that say what a tar header has no room for.

use super::super::problem::Problem;

/// A key and a value.
pub(super) type Record = (String, Vec<u8>);

/// The records of a pax header, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Records(pub(super) Vec<Record>);

impl Records {
    pub(super) fn parse(mut data: &[u8]) -> Result<Records, Problem> {
        let mut records = Vec::new();
        while !data.is_empty() {
            let (record, rest) = next(data).ok_or(Problem::Pax)?;
            records.push(record);
            data = rest;
        }
        Ok(Records(records))
    }

    /// The last value of a key, which is the one that counts.
    pub(super) fn get(&self, key: &str) -> Option<&[u8]> {
        self.0.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value.as_slice())
    }

    /// The value of a key that is a number without sign.
    pub(super) fn number(&self, key: &str) -> Result<Option<u64>, Problem> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let digits = value.iter().all(u8::is_ascii_digit);
        let number = std::str::from_utf8(value).ok().filter(|_| digits).and_then(|text| text.parse().ok());
        number.map(Some).ok_or(Problem::Pax)
    }

    /// The whole seconds of a key that is a time.
    pub(super) fn seconds(&self, key: &str) -> Result<Option<i64>, Problem> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let text = std::str::from_utf8(value).map_err(|_| Problem::Pax)?;
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Problem::Pax);
        }
        whole.parse().map(Some).map_err(|_| Problem::Pax)
    }
}

/// A record is written as its own length in decimal, a space, key, `=`, value and a newline.
fn next(data: &[u8]) -> Option<(Record, &[u8])> {
    let digits = data.iter().take(20).take_while(|byte| byte.is_ascii_digit()).count();
    let length: usize = std::str::from_utf8(&data[..digits]).ok()?.parse().ok()?;
    let (record, rest) = data.split_at_checked(length)?;
    let record = record.get(digits..)?.strip_prefix(b" ")?.strip_suffix(b"\n")?;
    let equals = record.iter().position(|&byte| byte == b'=')?;
    let key = String::from_utf8(record[..equals].to_vec()).ok()?;
    Some(((key, record[equals + 1..].to_vec()), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_and_the_last_of_a_key_counts() {
        let records = Records::parse(b"9 path=a\n9 size=7\n13 path=b=\n\n\n23 mtime=1700000000.25\n");
        let records = records.unwrap();
        assert_eq!(records.get("path"), Some(&b"b=\n\n"[..]));
        assert_eq!(records.number("size").unwrap(), Some(7));
        assert_eq!(records.seconds("mtime").unwrap(), Some(1_700_000_000));
        assert_eq!(records.get("uid"), None);
    }

    #[test]
    fn what_is_no_record_is_refused() {
        let refused: [&[u8]; 9] = [
            b"x",
            b"0 a=b\n",
            b"3 \n",
            b"6 a=b",
            b"7 a=b\n",
            b"5 a=b\n",
            b" 6 a=b\n",
            b"-6 a=b\n",
            b"99999999999999999999999999 a=b\n",
        ];
        for data in refused {
            assert!(Records::parse(data).is_err(), "{data:?}");
        }
        assert!(Records::parse(b"9 size=-\n").unwrap().number("size").is_err());
    }
}
