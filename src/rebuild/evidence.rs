//! What a published wheel tells of how it was built, and the strategy to try first.

use serde::{Deserialize, Serialize};

use super::published::{Published, fields};
use super::strategy::Strategy;

/// Something that was seen, and what follows from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inference {
    /// What was seen, and where.
    pub seen: String,
    /// What follows for the build.
    pub then: String,
}

/// The program that wrote the wheel, as its WHEEL file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Generator {
    pub name: String,
    pub version: Option<String>,
}

impl Generator {
    pub fn of(published: &Published) -> Option<Generator> {
        Generator::parse(&published.field("WHEEL", "Generator")?)
    }

    /// Reads `setuptools (75.1.0)`, `hatchling 1.18.0` and the like.
    fn parse(text: &str) -> Option<Generator> {
        let mut words = text.split([' ', '(', ')']).filter(|word| !word.is_empty());
        let name = words.next()?.to_ascii_lowercase();
        let is_version = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
        let plain = |word: &str| word.chars().all(|c| c.is_ascii_alphanumeric() || "._+!-".contains(c));
        let version = words.next().filter(|word| is_version(word) && plain(word)).map(str::to_owned);
        Some(Generator { name, version })
    }
}

/// The first strategy for a wheel, with the reasons for it.
#[derive(Debug, Clone)]
pub(super) struct Inferred {
    pub strategy: Strategy,
    pub reasons: Vec<Inference>,
}

/// What is known beside the wheel itself.
pub(super) struct Circumstances<'a> {
    /// When the index says that the wheel was uploaded (RFC 3339).
    pub uploaded: Option<&'a str>,
    /// The backend that the source names.
    pub backend: &'a str,
    /// What the source declares to need for its build.
    pub requires: &'a [String],
    /// The interpreters that are here, as `3.11`, in ascending order.
    pub pythons: &'a [(u8, u8)],
}

/// Infers how a wheel was built.
pub(super) fn infer(published: &Published, known: &Circumstances<'_>) -> Result<Inferred, NoPython> {
    let mut inferred = Inferred { strategy: Strategy::default(), reasons: Vec::new() };
    let uploaded = known.uploaded.map(str::to_owned).or_else(|| written(published));
    if let Some(time) = &uploaded {
        let seen = if known.uploaded.is_some() { "uploaded" } else { "its newest member was written" };
        inferred.add(format!("{seen} {time}"), format!("build requirements as of {time}"));
    }
    inferred.generator(published, known);
    inferred.time(published);
    inferred.strategy.python = inferred.python(published, uploaded.as_deref(), known.pythons)?;
    inferred.strategy.uploaded_before = uploaded.map(|time| time.max(FIRST_HOOKS.to_owned()));
    Ok(inferred)
}

/// When setuptools could be asked by hooks for what has a setup.py alone (40.8.0), and wheel was ready for it.
const FIRST_HOOKS: &str = "2019-03-10T00:00:00Z";

/// No interpreter that is here can build it.
#[derive(Debug, thiserror::Error)]
#[error(
    "no interpreter here fits: the wheel needs Python {needs}; `pyrepro pythons` lists those that are here"
)]
pub struct NoPython {
    /// What is needed.
    pub needs: String,
}

impl Inferred {
    fn add(&mut self, seen: impl Into<String>, then: impl Into<String>) {
        self.reasons.push(Inference { seen: seen.into(), then: then.into() });
    }

    /// The backend and its version.
    fn generator(&mut self, published: &Published, known: &Circumstances<'_>) {
        let Some(Generator { name, version: Some(version) }) = Generator::of(published) else { return };
        let declares = |wanted: &str| known.requires.iter().any(|requirement| names(requirement, wanted));
        // Until then poetry-core had no release but alphas, so a plain number is poetry's own.
        let is_plain = version.chars().all(|c| c.is_ascii_digit() || c == '.');
        let before_poetry_core = is_plain && known.uploaded.is_some_and(|time| time < "2020-09-30");
        let package = match name.as_str() {
            "bdist_wheel" => "wheel",
            "flit" if after(&version, (2, 0)) => "flit-core",
            "poetry" if before_poetry_core || !after(&version, (1, 0)) => "poetry",
            "poetry" if declares("poetry") && !declares("poetry-core") => "poetry",
            "poetry" => "poetry-core",
            "uv" if !declares("uv") => "uv-build",
            "setuptools" | "hatchling" | "poetry-core" | "pdm-backend" | "pdm-pep517" => name.as_str(),
            // Others name themselves, as meson-python and maturin do.
            other if declares(other) => other,
            "flit" => "flit",
            _ => return,
        };
        self.strategy.pin(package, &version);
        let seen = format!("Generator: {name} {version}");
        if package == "wheel" {
            // From 70.1 on setuptools writes wheels itself, and says so.
            self.strategy.pins.push("setuptools<70.1".to_owned());
            self.strategy.with.push("wheel".to_owned());
            self.add(seen.clone(), format!("wheel=={version}, setuptools<70.1"));
        } else {
            self.add(seen.clone(), format!("{package}=={version}"));
        }
        let late = package == "setuptools" && after(&version, (70, 1)) && !after(&version, (80, 0));
        if late && requires_dist_in_parentheses(published) {
            self.strategy.with.push("wheel".to_owned());
            self.strategy.pin("wheel", "0.40.0");
            self.add("Requires-Dist with parentheses", "wheel==0.40.0, which the source does not declare");
        }
        let (Some(wrote), Some(named)) = (family(package), family_of_backend(known.backend, package)) else {
            return;
        };
        if wrote != named {
            self.strategy.backend = Some(wrote.to_owned());
            if !self.strategy.with.iter().any(|with| with == package) {
                self.strategy.with.push(package.to_owned());
            }
            self.add(
                format!("{seen}, and the source names {}", known.backend),
                format!("the backend {wrote}"),
            );
        }
    }

    /// The time that the members carry, if it is one for all.
    fn time(&mut self, published: &Published) {
        let mut times = published.members.iter().map(|member| member.facts.dos);
        let first = times.next().unwrap_or((0, 0));
        if times.all(|time| time == first) {
            let epoch = seconds(first);
            self.strategy.epoch = epoch;
            self.add(
                format!("all members have the time {}", rfc3339(epoch)),
                format!("SOURCE_DATE_EPOCH={epoch}"),
            );
        } else {
            let newest = published.members.iter().map(|member| seconds(member.facts.dos)).max();
            self.strategy.epoch = newest.unwrap_or_default();
        }
    }

    fn python(
        &mut self,
        published: &Published,
        uploaded: Option<&str>,
        pythons: &[(u8, u8)],
    ) -> Result<String, NoPython> {
        let tag = published.file_name.python.strip_prefix("cp").and_then(|digits| {
            let minor = digits.strip_prefix('3')?.parse().ok()?;
            Some((3, minor))
        });
        if let Some((major, minor)) = tag.filter(|_| published.file_name.abi != "abi3") {
            self.add(format!("tagged cp{major}{minor}"), format!("Python {major}.{minor}"));
            let found = pythons.contains(&(major, minor));
            let text = format!("{major}.{minor}");
            return if found { Ok(text) } else { Err(NoPython { needs: text }) };
        }
        if let Some((member, (major, minor))) = interpreter_of_members(published)
            && pythons.contains(&(major, minor))
        {
            self.add(member, format!("Python {major}.{minor}"));
            return Ok(format!("{major}.{minor}"));
        }
        let mut newest = (3, u8::MAX);
        if let Some(uploaded) = uploaded {
            newest = released_by(uploaded);
        }
        // setuptools before 66.1 does not run on later ones.
        let old = |name: &str, from| self.strategy.pinned(name).is_some_and(|version| !after(version, from));
        if old("setuptools", (66, 1)) || old("wheel", (0, 38)) {
            newest = newest.min((3, 11));
        }
        let requires = published.field("METADATA", "Requires-Python").unwrap_or_default();
        let fits = |python: &&(u8, u8)| **python <= newest && allows(&requires, **python);
        let chosen = pythons.iter().rfind(fits).or_else(|| {
            // One that came later builds it as a rule; the comparison says.
            pythons.iter().find(|python| allows(&requires, **python))
        });
        let (major, minor) = chosen.ok_or_else(|| NoPython { needs: requires.clone() })?;
        let when = uploaded.map_or(String::new(), |time| format!(" as of {}", &time[..time.len().min(10)]));
        let limit =
            if requires.is_empty() { String::new() } else { format!(" and Requires-Python {requires}") };
        self.add(format!("Pythons{when}{limit}"), format!("Python {major}.{minor}"));
        Ok(format!("{major}.{minor}"))
    }
}

/// The backend that a package has, by which those are told apart that write wheels themselves.
pub(super) fn family(package: &str) -> Option<&'static str> {
    BACKENDS.iter().find(|(known, _)| *known == package).map(|(_, backend)| *backend)
}

/// Packages that write wheels, and the backend of each.
pub(super) const BACKENDS: [(&str, &str); 10] = [
    ("wheel", "setuptools.build_meta:__legacy__"),
    ("setuptools", "setuptools.build_meta:__legacy__"),
    ("flit", "flit.buildapi"),
    ("flit-core", "flit_core.buildapi"),
    ("poetry", "poetry.masonry.api"),
    ("poetry-core", "poetry.core.masonry.api"),
    ("hatchling", "hatchling.build"),
    ("pdm-backend", "pdm.backend"),
    ("pdm-pep517", "pdm.pep517.api"),
    ("uv-build", "uv_build"),
];

/// The same of a backend by its name, for those that are themselves and no wrapper.
fn family_of_backend(backend: &str, package: &str) -> Option<&'static str> {
    match backend {
        "setuptools.build_meta" | "setuptools.build_meta:__legacy__" => family("setuptools"),
        "poetry.core.masonry.api" if package == "poetry" => family("poetry-core"),
        // Others stand in for each other: poetry calls poetry-core, flit calls flit_core.
        _ => None,
    }
}

/// A member whose name says which interpreter wrote it: setuptools has namespace packages in
/// `NAME-VERSION-py3.7-nspkg.pth`, and bytecode has its tag.
fn interpreter_of_members(published: &Published) -> Option<(String, (u8, u8))> {
    published.members.iter().find_map(|member| {
        let name = member.path().rsplit('/').next().unwrap_or_default();
        let of_namespace = || name.strip_suffix("-nspkg.pth")?.rsplit_once("-py")?.1.split_once('.');
        let of_bytecode = || {
            let stem = name.strip_suffix(".pyc")?;
            let tag = stem.rsplit_once(".cpython-")?.1.split('.').next()?;
            tag.split_at_checked(1)
        };
        let (major, minor) = of_namespace().or_else(of_bytecode)?;
        Some((member.path().to_owned(), (major.parse().ok()?, minor.parse().ok()?)))
    })
}

/// Whether a requirement is of this project.
pub(super) fn names(requirement: &str, wanted: &str) -> bool {
    let end = requirement.find(|c: char| !(c.is_ascii_alphanumeric() || "-_.".contains(c)));
    let name = &requirement[..end.unwrap_or(requirement.len())];
    let normal = |text: &str| text.to_ascii_lowercase().replace(['_', '.'], "-");
    normal(name) == normal(wanted)
}

/// Whether a version is at least `from`, by its first two numbers.
pub(super) fn after(version: &str, from: (u32, u32)) -> bool {
    numbers(version) >= from
}

/// The first two numbers of a version.
pub(super) fn numbers(version: &str) -> (u32, u32) {
    let mut numbers = version.split(|c: char| !c.is_ascii_digit()).map(|part| part.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

fn requires_dist_in_parentheses(published: &Published) -> bool {
    fields(&published.text("METADATA")).any(|(name, value)| name == "Requires-Dist" && value.contains(" ("))
}

/// The newest Python at a time.
fn released_by(time: &str) -> (u8, u8) {
    const RELEASES: [(u8, &str); 9] = [
        (7, "2018-06-27"),
        (8, "2019-10-14"),
        (9, "2020-10-05"),
        (10, "2021-10-04"),
        (11, "2022-10-24"),
        (12, "2023-10-02"),
        (13, "2024-10-07"),
        (14, "2025-10-07"),
        (15, "2026-10-01"),
    ];
    let minor = RELEASES.iter().rev().find(|(_, date)| time >= *date).map_or(7, |(minor, _)| *minor);
    (3, minor)
}

/// Whether Requires-Python allows a version, as far as its first two numbers go.
fn allows(requires: &str, (major, minor): (u8, u8)) -> bool {
    let version = (u32::from(major), u32::from(minor));
    requires.split(',').map(str::trim).filter(|clause| !clause.is_empty()).all(|clause| {
        let at = clause.find(|c: char| c.is_ascii_digit()).unwrap_or(clause.len());
        let (operator, bound) = (clause[..at].trim(), numbers(&clause[at..]));
        let is_exact = clause[at..].contains(".*") || clause[at..].matches('.').count() <= 1;
        match operator {
            ">=" => version >= bound,
            ">" => version > bound || version == bound && !is_exact,
            "<=" => version <= bound,
            "<" => version < bound,
            "==" | "~=" if clause[at..].matches('.').count() >= 1 && operator == "==" => version == bound,
            "~=" => version >= bound && version.0 == bound.0,
            "!=" => version != bound || !is_exact,
            _ => true,
        }
    })
}

/// When the newest member was written, where that says something.
fn written(published: &Published) -> Option<String> {
    let newest = published.members.iter().map(|member| seconds(member.facts.dos)).max()?;
    // What backends write where nobody gives a time is at most 2022.
    const MEANINGLESS: [u64; 5] = [315_532_800, 1_451_606_400, 1_580_601_600, 1_577_836_800, 1_643_760_000];
    (!MEANINGLESS.contains(&newest) && newest > 1_262_304_000).then(|| rfc3339(newest + 86_400))
}

/// Seconds since 1970 of a date and a time as MS-DOS packs them, taken as UTC.
pub(super) fn seconds((date, time): (u16, u16)) -> u64 {
    let (date, time) = (u64::from(date), u64::from(time));
    let (year, month, day) = (1980 + (date >> 9), (date >> 5 & 15).max(1), (date & 31).max(1));
    let day_time = (time >> 11) * 3600 + (time >> 5 & 63) * 60 + (time & 31) * 2;
    days(year, month, day) * 86_400 + day_time
}

/// Days since 1970 of a day of the Gregorian calendar.
fn days(year: u64, month: u64, day: u64) -> u64 {
    // Years begin in March, so that the day that leaps is their last.
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let of_year = (153 * month + 2) / 5 + day - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + of_year - 719_468
}

pub(super) fn rfc3339(epoch: u64) -> String {
    let (mut day, rest) = (epoch / 86_400, epoch % 86_400);
    let mut year = 1970;
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    while day >= 365 + u64::from(leap(year)) {
        day -= 365 + u64::from(leap(year));
        year += 1;
    }
    let lengths = [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while day >= lengths[month] {
        day -= lengths[month];
        month += 1;
    }
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year}-{:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z", month + 1, day + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generators_are_read_in_all_their_spellings() {
        let read = |text| Generator::parse(text).map(|found| (found.name, found.version));
        let is = |name: &str, version: &str| Some((name.to_owned(), Some(version.to_owned())));
        assert_eq!(read("bdist_wheel (0.38.4)"), is("bdist_wheel", "0.38.4"));
        assert_eq!(read("hatchling 1.18.0"), is("hatchling", "1.18.0"));
        assert_eq!(read("meson"), Some(("meson".to_owned(), None)));
        assert_eq!(read("setuptools (1 --index-url)"), is("setuptools", "1"));
        assert_eq!(read(""), None);
    }

    #[test]
    fn requires_python_decides_by_two_numbers() {
        for (requires, version, wanted) in [
            (">=3.8", (3, 8), true),
            (">=3.8", (3, 7), false),
            (">=3.8,<3.12", (3, 12), false),
            (">=2.7, !=3.0.*, !=3.1.*", (3, 11), true),
            (">=3.6,!=3.9.1", (3, 9), true),
            ("~=3.7", (3, 11), true),
            ("<4", (3, 15), true),
            ("", (3, 11), true),
        ] {
            assert_eq!(allows(requires, version), wanted, "{requires} {version:?}");
        }
    }

    #[test]
    fn times_of_members_are_read_as_utc() {
        let dos = ((2020 - 1980) << 9 | 2 << 5 | 2, 0);
        assert_eq!(rfc3339(seconds(dos)), "2020-02-02T00:00:00Z");
        assert_eq!(seconds((33, 0)), 315_532_800);
    }
}
