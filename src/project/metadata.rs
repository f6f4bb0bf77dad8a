//! Core metadata: METADATA of wheels and PKG-INFO of sdists.

use std::fmt;

use super::{License, Name, Person, Project, Version};

/// The core metadata of a project; displayed, it is the text of METADATA and PKG-INFO.
///
/// ```
/// use pyrepro::project::Project;
///
/// let project = Project::parse(b"[project]\nname='My.Orchard'\nversion='1.0'\nimport-names=['orchard']\n")?;
/// let metadata = project.metadata(&[], &|_| unreachable!("no file is named"))?;
/// assert_eq!(
///     metadata.to_string(),
///     "Metadata-Version: 2.5\nName: My.Orchard\nVersion: 1.0\nImport-Name: orchard\n"
/// );
/// assert_eq!(metadata.name().in_file_names(), "my_orchard");
/// # Ok::<(), pyrepro::project::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Metadata {
    name: Name,
    version: Version,
    license_files: Vec<String>,
    fields: Vec<(&'static str, String)>,
    description: Option<String>,
}

impl Metadata {
    /// Puts all fields in the order of the specification.
    pub(super) fn new(
        project: &Project,
        version: Version,
        license_files: Vec<String>,
        description: Option<String>,
    ) -> Metadata {
        let name = project.name.clone();
        let mut metadata = Metadata { name, version, license_files, fields: Vec::new(), description };
        metadata.add_identity(project);
        metadata.add_people("Author", "Author-email", &project.authors);
        metadata.add_people("Maintainer", "Maintainer-email", &project.maintainers);
        metadata.add_license(project);
        if !project.keywords.is_empty() {
            metadata.add("Keywords", project.keywords.join(","));
        }
        metadata.add_each("Classifier", &project.classifiers);
        metadata.add_requirements(project);
        metadata.add_each(
            "Project-URL",
            project.urls.iter().map(|url| format!("{}, {}", url.label, url.address)),
        );
        metadata.add_import_names(project);
        if let Some(readme) = &project.readme {
            metadata.add("Description-Content-Type", &readme.content_type);
        }
        metadata
    }

    /// The name.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// The version.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// The paths of the licence files that go with the metadata, sorted.
    pub fn license_files(&self) -> &[String] {
        &self.license_files
    }

    /// All fields in their order, without the long description.
    ///
    /// ```
    /// # use pyrepro::project::Project;
    /// let project = Project::parse(b"[project]\nname='a'\nversion='1'\n")?;
    /// let metadata = project.metadata(&[], &|_| unreachable!())?;
    /// assert_eq!(metadata.fields()[1], ("Name", "a".to_string()));
    /// # Ok::<(), pyrepro::project::Error>(())
    /// ```
    pub fn fields(&self) -> &[(&'static str, String)] {
        &self.fields
    }

    /// The long description.
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    fn add(&mut self, field: &'static str, value: impl fmt::Display) {
        self.fields.push((field, value.to_string()));
    }

    fn add_each<T: fmt::Display>(&mut self, field: &'static str, values: impl IntoIterator<Item = T>) {
        for value in values {
            self.add(field, value);
        }
    }

    fn add_identity(&mut self, project: &Project) {
        let has_import_names = project.import_names.is_some() || !project.import_namespaces.is_empty();
        self.add("Metadata-Version", if has_import_names { "2.5" } else { "2.4" });
        self.add("Name", &project.name);
        self.add("Version", self.version.clone());
        self.add_each("Summary", &project.description);
    }

    fn add_people(&mut self, names: &'static str, mailboxes: &'static str, people: &[Person]) {
        let only_names: Vec<&str> = people.iter().filter_map(Person::only_name).collect();
        let with_email: Vec<String> = people.iter().filter_map(Person::mailbox).collect();
        for (field, values) in [(names, only_names.join(", ")), (mailboxes, with_email.join(", "))] {
            if !values.is_empty() {
                self.add(field, values);
            }
        }
    }

    fn add_license(&mut self, project: &Project) {
        match &project.license {
            Some(License::Expression(expression)) => self.add("License-Expression", expression),
            Some(License::Text(text)) => self.add("License", text),
            None => {}
        }
        self.add_each("License-File", self.license_files.clone());
    }

    fn add_requirements(&mut self, project: &Project) {
        let python = project.requires_python.as_ref().filter(|python| !python.is_empty());
        self.add_each("Requires-Python", python);
        self.add_each("Requires-Dist", &project.dependencies);
        for (extra, requirements) in &project.optional_dependencies {
            self.add("Provides-Extra", extra.normalized());
            self.add_each(
                "Requires-Dist",
                requirements.iter().map(|requirement| requirement.for_extra(extra)),
            );
        }
    }

    fn add_import_names(&mut self, project: &Project) {
        match &project.import_names {
            // An empty field says that there is nothing to import.
            Some(names) if names.is_empty() && project.import_namespaces.is_empty() => {
                self.add("Import-Name", "")
            }
            names => self.add_each("Import-Name", names.iter().flatten()),
        }
        self.add_each("Import-Namespace", &project.import_namespaces);
    }
}

impl fmt::Display for Metadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (field, value) in &self.fields {
            // White space in front makes a line part of the field before it, so that no value can
            // begin a field or end them all.
            let folded = value.replace('\n', "\n        ");
            writeln!(f, "{}", format_args!("{field}: {folded}").to_string().trim_end())?;
        }
        if let Some(description) = &self.description {
            write!(f, "\n{description}")?;
        }
        Ok(())
    }
}
