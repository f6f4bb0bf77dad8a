//! Authors and maintainers.

use super::{Error, Item, Problem, Warning};

/// Somebody with a name, an e-mail address or both.
///
/// ```
/// use pyrepro::project::Project;
///
/// let toml = b"[project]\nname='a'\nversion='1'\nauthors=[{name='Doe, Jane', email='jane@example.org'}]\n";
/// let project = Project::parse(toml)?;
/// assert_eq!(project.authors[0].mailbox().unwrap(), r#""Doe, Jane" <jane@example.org>"#);
/// # Ok::<(), pyrepro::project::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The name.
    pub name: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
}

impl Person {
    /// The address after RFC 5322, with the name if there is one, for whoever has an address.
    pub fn mailbox(&self) -> Option<String> {
        let email = self.email.as_ref()?;
        let Some(name) = &self.name else { return Some(email.clone()) };
        // Dots do not need quotes: RFC 5322 wants them read, and everybody reads them.
        if name.contains(['(', ')', '<', '>', '[', ']', ':', ';', '@', '\\', ',', '"']) {
            let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
            return Some(format!("\"{quoted}\" <{email}>"));
        }
        Some(format!("{name} <{email}>"))
    }

    /// The name of whoever has no address.
    pub(super) fn only_name(&self) -> Option<&str> {
        if self.email.is_some() { None } else { self.name.as_deref() }
    }
}

/// Reads `project.authors` or `project.maintainers`.
pub(super) fn read(item: Option<Item<'_>>, warnings: &mut Vec<Warning>) -> Result<Vec<Person>, Error> {
    let Some(item) = item else { return Ok(Vec::new()) };
    let people = item.array()?;
    let read: Vec<Person> = people.iter().map(person).collect::<Result<_, _>>()?;
    let is_ambiguous = |person: &Person| person.only_name().is_some_and(|name| name.contains(','));
    if let Some(index) = read.iter().position(is_ambiguous) {
        let message = "a name with a comma and without an email reads like two names";
        warnings.push(people[index].warning(message));
    }
    Ok(read)
}

fn person(item: &Item<'_>) -> Result<Person, Error> {
    let table = item.table()?;
    table.only(&["email", "name"])?;
    let name = table.get("name").map(|name| name.word().map(str::to_owned)).transpose()?;
    let email = table.get("email").map(|item| email(&item)).transpose()?;
    if name.is_none() && email.is_none() {
        return Err(item.error(Problem::Conflict("a name, an email or both have to be there".into())));
    }
    Ok(Person { name, email })
}

fn email(item: &Item<'_>) -> Result<String, Error> {
    let text = item.line()?;
    let is_dotted = |text: &str| {
        text.split('.').all(|part| {
            let is_special = |c: char| c.is_whitespace() || "()<>[]:;@\\,\"".contains(c);
            !part.is_empty() && !part.contains(is_special)
        })
    };
    match text.split_once('@') {
        Some((local, domain)) if is_dotted(local) && is_dotted(domain) => Ok(text.to_owned()),
        _ => Err(item.refused("an e-mail address such as jane@example.org")),
    }
}
