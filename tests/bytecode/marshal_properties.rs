//! What holds for all values and for all inputs: generated object graphs, damaged files, bombs.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use crate::common::pythons;
use crate::model::{Encoder, Value, values};
use crate::oracle::{PLAIN, Reference, Witness};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use pyrepro::marshal::{self, Problem};
use pyrepro::python::Version;

fn versions() -> impl Strategy<Value = Version> {
    prop::sample::select(Version::all().collect::<Vec<_>>())
}

fn versioned_values() -> impl Strategy<Value = (Version, Value)> {
    versions().prop_flat_map(|version| (Just(version), values(version, true)))
}

fn choices() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 1..200)
}

proptest! {
    #[test]
    fn every_way_to_write_a_value_has_one_form(
        (version, value) in versioned_values(), one in choices(), other in choices()
    ) {
        let form = marshal::canonical(&Encoder::encode(&value, version, &one), version).unwrap();
        let same = marshal::canonical(&Encoder::encode(&value, version, &other), version).unwrap();
        prop_assert_eq!(&form, &same);
        prop_assert_eq!(&marshal::canonical(&form, version).unwrap(), &form);
    }

    #[test]
    fn values_that_differ_have_forms_that_differ(
        (version, value, other) in versions()
            .prop_flat_map(|version| (Just(version), values(version, true), values(version, true))),
        choices in choices(),
    ) {
        let form = |value| marshal::canonical(&Encoder::encode(value, version, &choices), version).unwrap();
        prop_assert_eq!(form(&value) == form(&other), value == other);
    }

    #[test]
    fn random_bytes_are_read_or_refused(version in versions(), data in vec(any::<u8>(), 0..200)) {
        let _ = is_handled(&data, version);
    }
}

/// Reads, and if that succeeds writes; whatever happens, it says where.
fn is_handled(data: &[u8], version: Version) -> Result<Vec<u8>, marshal::Error> {
    let result = marshal::canonical(data, version);
    match &result {
        Ok(form) => assert_eq!(&marshal::canonical(form, version).unwrap(), form),
        Err(error) => assert!(error.offset.is_none_or(|offset| offset <= data.len()), "{error}"),
    }
    result
}

/// Runs four times as many cases as `PROPTEST_CASES` says: an oracle is quick to ask.
fn runner() -> TestRunner {
    let config = ProptestConfig::default();
    TestRunner::new(ProptestConfig { cases: 4 * config.cases, failure_persistence: None, ..config })
}

#[test]
fn generated_values_have_the_form_that_the_reference_has() {
    let reference = RefCell::new(Reference::start());
    let check = |((version, value), choices): ((Version, Value), Vec<u8>)| {
        let data = Encoder::encode(&value, version, &choices);
        let expected = reference.borrow_mut().canonical(&data, version);
        prop_assert_eq!(marshal::canonical(&data, version).map_err(|error| error.to_string()), expected);
        Ok(())
    };
    runner().run(&(versioned_values(), choices()), check).unwrap();
}

#[test]
fn interpreters_load_the_form_of_a_generated_value_as_they_load_the_value() {
    for python in pythons() {
        let witness = RefCell::new(Witness::start(python, 0, &PLAIN));
        let check = |(value, choices): (Value, Vec<u8>)| {
            let data = Encoder::encode(&value, python.version, &choices);
            let form = marshal::canonical(&data, python.version).unwrap();
            prop_assert_eq!(witness.borrow_mut().compare_values(&data, &form).difference, None);
            Ok(())
        };
        runner().run(&(values(python.version, false), choices()), check).unwrap();
    }
}

/// The marshal data of a source with every kind of constant, for each interpreter.
fn real_files() -> Vec<(Version, Vec<u8>)> {
    let source = include_bytes!("../../testdata/oracle/constants.py");
    let compile = |python| Witness::start(python, 0, &PLAIN).compile("constants.py", 0, source).unwrap();
    pythons().iter().map(|python| (python.version, compile(python))).collect()
}

#[test]
fn a_file_cut_off_anywhere_is_refused() {
    for (version, data) in real_files() {
        for end in 0..data.len() {
            let error = is_handled(&data[..end], version).unwrap_err();
            assert!(error.offset.is_some(), "{error}");
        }
    }
}

#[derive(Debug, Clone)]
enum Damage {
    Flip(prop::sample::Index, u8),
    Insert(prop::sample::Index, Vec<u8>),
    Remove(prop::sample::Index, usize),
    CutOff(prop::sample::Index),
}

fn damages() -> impl Strategy<Value = Vec<Damage>> {
    let place = any::<prop::sample::Index>;
    let damage = prop_oneof![
        3 => (place(), 1u8..).prop_map(|(at, bits)| Damage::Flip(at, bits)),
        1 => (place(), vec(any::<u8>(), 1..8)).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        1 => (place(), 1usize..8).prop_map(|(at, count)| Damage::Remove(at, count)),
        1 => place().prop_map(Damage::CutOff),
    ];
    vec(damage, 1..4)
}

impl Damage {
    fn inflict(&self, data: &mut Vec<u8>) {
        match self {
            Damage::Flip(at, bits) => {
                let at = at.index(data.len());
                data[at] ^= bits;
            }
            Damage::Insert(at, bytes) => {
                let at = at.index(data.len());
                data.splice(at..at, bytes.iter().copied());
            }
            Damage::Remove(at, count) => {
                let at = at.index(data.len());
                let end = data.len().min(at + count);
                data.drain(at..end);
            }
            Damage::CutOff(at) => data.truncate(1 + at.index(data.len())),
        }
    }
}

#[test]
fn damaged_files_get_the_result_or_the_error_that_the_reference_gives() {
    let reference = RefCell::new(Reference::start());
    let files = real_files();
    let check = |(file, damages): (prop::sample::Index, Vec<Damage>)| {
        let (version, mut data) = file.get(&files).clone();
        damages.iter().for_each(|damage| damage.inflict(&mut data));
        let result = is_handled(&data, version);
        let expected = reference.borrow_mut().canonical(&data, version);
        if result.as_ref().is_err_and(|error| matches!(error.problem, Problem::Truncated { .. })) {
            // The numbers of a code object are missed all at once here, one by one there.
            prop_assert!(expected.is_err_and(|reason| reason.contains("bytes are needed")));
        } else {
            prop_assert_eq!(result.map_err(|error| error.to_string()), expected);
        }
        Ok(())
    };
    runner().run(&(any::<prop::sample::Index>(), damages()), check).unwrap();
}

/// What becomes of a bomb; it must not take long.
fn defused(data: &[u8], minor: u8) -> Result<usize, Problem> {
    let start = Instant::now();
    let result = is_handled(data, Version::new(3, minor).unwrap());
    assert!(start.elapsed() < Duration::from_secs(20), "{:?} for {} bytes", start.elapsed(), data.len());
    result.map(|form| form.len()).map_err(|error| error.problem)
}

#[test]
fn objects_nested_too_deeply_are_refused_at_once() {
    let heads: [&[u8]; 9] = [
        b")\x01",
        b"\xa9\x01",
        b"(\x01\0\0\0",
        b"[\x01\0\0\0",
        b"<\x01\0\0\0",
        b">\x01\0\0\0",
        b"{",
        b"{N",
        b":",
    ];
    for head in heads {
        assert_eq!(defused(&head.repeat(1_000_000), 15), Err(Problem::TooDeep), "{head:?}");
    }
    let deepest = [&b")\x01".repeat(1999)[..], b"N"].concat();
    assert_eq!(defused(&deepest, 13), Ok(deepest.len()));
    assert_eq!(defused(&[b")\x01", &deepest[..]].concat(), 13), Err(Problem::TooDeep));
}

#[test]
fn counts_beyond_the_data_are_refused_before_memory_is_reserved() {
    for code in b"([<>sautA" {
        for count in [i32::MAX, i32::MIN, -1, 1_000_000] {
            let data = [&[*code][..], &count.to_le_bytes(), b"N"].concat();
            assert_eq!(defused(&data, 13), Err(Problem::Length { length: count, left: 1 }), "{code}");
        }
    }
    assert!(matches!(defused(b"l\x00\x00\x00\x80", 13), Err(Problem::Truncated { .. })));
}

#[test]
fn sharing_that_would_unfold_to_an_endless_tree_costs_no_more_than_its_bytes() {
    // Each tuple is a pair of the next with itself: 2 to the power of 1900 leaves.
    let depth = 1900;
    let mut pairs = b"\xa9\x02".repeat(depth);
    pairs.extend(b"\xa9\x00");
    for index in (1..=depth as u32).rev() {
        pairs.push(b'r');
        pairs.extend(index.to_le_bytes());
    }
    assert_eq!(defused(&pairs, 13), Ok(pairs.len()));
}

/// A tuple of so many sets, each of a string that all share and a number of its own.
fn sets_of_one_string(size: usize, count: u32) -> Vec<u8> {
    let mut data = b"(".to_vec();
    data.extend((count + 1).to_le_bytes());
    data.push(b'a' | 0x80);
    data.extend((size as u32).to_le_bytes());
    data.extend(b"x".repeat(size));
    for number in 0..count {
        data.extend(b">\x02\0\0\0r\0\0\0\0i");
        data.extend(number.to_le_bytes());
    }
    data
}

#[test]
fn sets_that_would_take_too_long_to_sort_are_refused() {
    // A regression: of an element that is a string, the size was not looked at.
    assert_eq!(defused(&sets_of_one_string(1_000_000, 10_000), 13), Err(Problem::SetsTooLarge));
    assert!(defused(&sets_of_one_string(1000, 10_000), 13).is_ok());
    assert!(defused(&sets_of_one_string(1_000_000, 3), 8).is_ok());
}

#[test]
fn sets_of_sets_of_sets_are_sorted_or_refused() {
    // {{{…}, "x"}, "x"}: each level's key holds all below it.
    let mut nested = b">\x02\0\0\0Z\x01x".repeat(1000);
    nested.push(b'N');
    assert!(defused(&nested, 13).is_ok());
    // The same with a long string at the bottom, which every level's key holds.
    nested.pop();
    nested.extend(b"a\x40\x42\x0f\0");
    nested.extend(b"y".repeat(1_000_000));
    assert_eq!(defused(&nested, 13), Err(Problem::SetsTooLarge));
}

#[test]
fn a_set_as_large_as_the_file_is_sorted() {
    let count = 100_000u32;
    let mut data = b">".to_vec();
    data.extend(count.to_le_bytes());
    for number in (0..count).rev() {
        data.push(b'i');
        data.extend(number.to_le_bytes());
    }
    assert_eq!(defused(&data, 13), Ok(data.len()));
}

#[test]
fn a_file_name_that_code_objects_share_is_renamed_once() {
    // Two long names in turn: a copy for each code object could be a thousand times the file.
    let version = Version::new(3, 13).unwrap();
    let count = 1000u32;
    let mut data = b"(".to_vec();
    data.extend((count + 2).to_le_bytes());
    data.extend(b"\xfa\x05one.p\xfa\x05two.p");
    for number in 0..count {
        data.extend([&b"c"[..], &[0; 20], b"s\0\0\0\0)\0)\0)\0s\0\0\0\0r"].concat());
        data.extend((number % 2).to_le_bytes());
        data.extend(b"z\0z\0\x01\0\0\0s\0\0\0\0s\0\0\0\0");
    }
    let mut graph = marshal::read(&data, version).unwrap();
    let mut asked = Vec::new();
    let rename = |name: &[u8]| {
        asked.push(name.to_vec());
        Some([b"new/", name].concat())
    };
    assert_eq!(graph.rename_files(rename).unwrap(), count as usize);
    assert_eq!(asked, [b"one.p", b"two.p"]);
}

#[test]
fn lists_and_code_objects_are_one_only_where_the_data_refers_to_one() {
    let version = Version::new(3, 13).unwrap();
    let two = b")\x02[\0\0\0\0[\0\0\0\0";
    let one = b")\x02\xdb\0\0\0\0r\0\0\0\0";
    assert_eq!(marshal::canonical(two, version).unwrap(), two);
    assert_eq!(marshal::canonical(one, version).unwrap(), one);
}

#[test]
fn before_3_11_the_order_in_a_set_of_numbers_counts() {
    let ascending = b">\x02\0\0\0i\x08\0\0\0i\x10\0\0\0";
    let descending = b">\x02\0\0\0i\x10\0\0\0i\x08\0\0\0";
    for version in Version::all() {
        let [one, other] = [ascending, descending].map(|data| marshal::canonical(data, version).unwrap());
        assert_eq!(one == other, version.minor() >= 11, "{version}");
    }
}
